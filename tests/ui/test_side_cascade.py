"""The CASCADE rows: calm, short, honest about what they are."""

import numpy as np
import pytest

from liqtui.liqmap.cascade import Cascades, Response
from liqtui.ui.look import Look
from liqtui.ui.paint.side_cascade import cascade_lines
from liqtui.ui.paint.spans import width_of
from liqtui.view import CascadeView

MARK = 60_000.0
NO = np.zeros(3, np.bool_)


def way(sign: float, grown: float, runaway: bool = False, extrapolated: bool = False) -> Cascades:
    """Pushes of 0.5, 1 and 2 %, each `grown` times as far in the end."""
    far = np.array([0.005, 0.01, 0.02]) * sign
    last = np.array([False, False, runaway])
    return Cascades(
        MARK * (1 + far), np.array([10.0, 20.0, 40.0]), MARK * (1 + grown * far), np.full(3, grown),
        last, NO | extrapolated,
    )


def lines(sell: Cascades, buy: Cascades, look: Look, level_known: bool = True, width: int = 31) -> list[str]:
    shown = CascadeView(MARK, sell, buy, Response(0.25, 0.5), level_known, MARK)
    found = cascade_lines(shown, look, width)
    assert all(width_of(line) <= width for line in found)
    return ["".join(text for text, _, _ in line) for line in found]


def test_a_row_each_way_says_where_a_push_of_one_percent_ends(look: Look) -> None:
    assert lines(way(-1, 1.634), way(1, 1.1), look) == [
        "CASCADE             ends       ",
        "▲ buy  +1.0 %     60,660  ×1.10",
        "▼ sell −1.0 %     59,020  ×1.63",
    ]


def test_the_nearest_runaway_is_named(look: Look) -> None:
    assert lines(way(-1, 2.5, runaway=True), way(1, 1.1), look)[3] == "first runaway ▼ 58,800  −2.0 %"
    unseen = lines(way(-1, 2.5, runaway=True, extrapolated=True), way(1, 1.1), look)
    assert unseen[3] == "first runaway ▼ ~58,800  −2.0 %"


def test_a_push_that_runs_away_beyond_the_book_has_no_end_that_is_known(look: Look) -> None:
    """Twenty levels of a book: 34,637 now and 41,200 a second later would tell nothing."""
    seen = way(-1, 2.5)._replace(runaway=~NO)
    assert lines(seen, way(1, 1.1), look)[2] == "▼ sell −1.0 %     58,500  ×2.50"
    assert lines(seen._replace(extrapolated=~NO), way(1, 1.1), look)[2] == "▼ sell −1.0 %         runs away"


def test_what_is_only_an_estimate_or_lies_beyond_the_book_says_so(look: Look) -> None:
    shown = lines(way(-1, 1.5, extrapolated=True), way(1, 1.0), look, level_known=False)
    assert shown[0] == "CASCADE             ends   est."
    assert shown[2] == "▼ sell −1.0 %    ~59,100  ×1.50"
    assert "~" not in shown[1]


def test_nothing_is_there_while_nothing_is_known(look: Look) -> None:
    assert cascade_lines(None, look, 31) == []


@pytest.mark.parametrize("drift", [1e-6, -1e-6, 2e-5])
def test_a_wobble_of_the_mark_changes_no_row(look: Look, drift: float) -> None:
    still = lines(way(-1, 1.634), way(1, 1.1), look)
    sell, buy = (
        one._replace(trigger=one.trigger * (1 + drift), end=one.end * (1 + drift))
        for one in (way(-1, 1.634), way(1, 1.1))
    )
    moved = CascadeView(MARK * (1 + drift), sell, buy, Response(0.25, 0.5), True, MARK)
    assert ["".join(text for text, _, _ in line) for line in cascade_lines(moved, look, 31)] == still
