"""The cascade view: it draws what the View's forecast says, and says where it does not know."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from liqtui.liqmap.cascade import Cascades, Response
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.cascade import columns_of, percent_labels, plan, top_of
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.scene import lay_out
from liqtui.view import BookView, CascadeView, Figure, View

from .factory import NOW
from .view_scene import BINS, FIRST, MARK, SIZES, body_of, grid_of, lines_of, look_at, named, standing, with_cascade


@pytest.fixture(scope="module")
def pushed(view: View) -> View:
    """A thin market: the walk of what is forced is kept for the most part."""
    return with_cascade(view, kept=0.6, stands=0.35)


def one_way(sign: float, grown: float, runaway_from: float = 9.0, unseen_from: float = 9.0) -> Cascades:
    """Pushes up to 6 % by tenths of a percent, each `grown` times as far in the end, forcing 100 a percent."""
    far = np.arange(1, 61) / 1000
    return Cascades(MARK * (1 + sign * far), far * 1e4, MARK * (1 + sign * grown * far), np.full(60, grown),
                    far >= runaway_from, far >= unseen_from)


def simple(**down: float) -> View:
    """Pushes down end half as far again as they push; pushes up end where they push to."""
    view = standing({58_000.0: 80.0}, {62_000.0: 80.0})
    found = CascadeView(MARK, one_way(-1, 1.5, **down), one_way(1, 1.0), Response(0.5, 0.5), True, MARK)
    return replace(view, cascade=found)


def test_captions_stand_still_while_the_mark_walks_and_the_book_changes(look: Look) -> None:
    """The book's line runs through the row of the caption or not, as its depth has it."""
    said: set[str] = set()
    for mark, deep in ((MARK, 1.0), (MARK * 1.006, 30.0), (MARK * 0.994, 200.0)):
        view = simple()
        book = np.full(BINS, deep, np.float32)
        moved = replace(
            view, figures=replace(view.figures, mark=Figure(mark, NOW)), book=BookView(FIRST, book, book)
        )
        lines = lines_of(moved, look, view="cascade")
        said |= {f"{y} {line.index(text)}" for y, line in enumerate(lines) for text in ("where a push", "forced, ")
                 if text in line}
    assert len(said) == 2


def test_the_curve_is_the_views_cascade(pushed: View, look: Look) -> None:
    painter = Painter()
    grid_of(pushed, look, painter=painter, view="cascade")
    assert painter.shown is not None
    assert pushed.cascade is not None
    drawn = columns_of(pushed.cascade, painter.shown.scale)
    for column in range(0, painter.shown.scale.cells, 7):
        price = painter.shown.scale.price(column + 0.5)
        way = pushed.cascade.sell if price < pushed.cascade.mark else pushed.cascade.buy
        one = way.at(price)
        assert one is not None
        assert drawn.end[column] == pytest.approx(one.end, rel=1e-4)
        assert drawn.forced[column] == pytest.approx(one.forced, rel=1e-2)
        assert (drawn.runaway[column], drawn.extrapolated[column]) == (one.runaway, one.extrapolated)


def test_what_is_pushed_is_pale_and_what_that_sets_off_is_bright(look: Look) -> None:
    """A push of 4 % that ends at 6 %: two thirds of the column pale, a third bright; upwards all is pale."""
    painter = Painter()
    grid = grid_of(simple(), look, painter=painter, view="cascade")
    shown, rows, left = painter.shown, plan(lay_out(150, 44)), lay_out(150, 44).left
    assert shown is not None

    def inks(price: float) -> tuple[int, int]:
        """Full cells in the side's bright colour, and others."""
        column = left + shown.scale.column(price)
        full = [y for y in range(rows.top, rows.axis) if grid.ch[y, column] == ord("█")]
        bright = sum(int(grid.fg[y, column]) in (look.long, look.short) for y in full)
        return bright, len(full) - bright

    bright, pale = inks(MARK * 0.96)
    height = 0.04 / top_of(shown.scale) * rows.ends
    assert pale == pytest.approx(height, abs=1)
    assert bright == pytest.approx(height / 2, abs=1.1)
    assert inks(MARK * 1.04)[0] == 0


def test_beyond_the_visible_book_the_picture_has_another_texture(look: Look) -> None:
    assert "▒" not in body_of(simple(), look, view="cascade").replace("▒ beyond", "")
    assert "▒▒▒" in body_of(simple(unseen_from=0.03), look, view="cascade")


@pytest.mark.parametrize("depth", [Depth.TRUECOLOR, Depth.ANSI16])
def test_runaways_are_marked_on_the_axis(depth: Depth) -> None:
    look = look_at(depth)
    grid = grid_of(simple(runaway_from=0.03), look, view="cascade")
    axis = grid.strings()[plan(lay_out(150, 44)).axis]
    sign = "▀" if depth is Depth.TRUECOLOR else "="
    assert sign * 20 in axis
    assert axis.rindex(sign) < axis.index("┴"), "on the way down only"


def test_the_cursor_says_where_it_ends_and_what_it_forces(look: Look) -> None:
    """A push of 4 % ends at 6 % and forces 400; the cursor stands in the middle of its column."""
    said = lines_of(simple(), look, view="cascade", cursor=MARK * 0.96)[-1]
    assert "cursor 57,6" in said
    assert "ends 56,3" in said or "ends 56,4" in said
    assert "×1.50" in said
    assert "sells 40" in said or "sells 39" in said
    assert "BTC" in said
    dear = lines_of(simple(runaway_from=0.03, unseen_from=0.03), look, view="cascade", cursor=MARK * 0.96, usd=True)[-1]
    assert "sells $24M" in dear, "400 BTC at 60,000"
    assert "ends ~56," in dear
    assert "runaway" in dear


@pytest.mark.parametrize(("name", "words"), [("no book", "no order book"), ("no open interest", "not worked out")])
def test_without_a_forecast_it_says_why(view: View, look: Look, name: str, words: str) -> None:
    assert words in body_of(named(view, name), look, view="cascade")


def test_a_map_of_no_size_forces_nothing_that_could_be_named(view: View, look: Look) -> None:
    assert view.map is not None
    relative = replace(view, map=replace(view.map, undrawn=None), cascade=None)
    assert "how much more, not how much" in body_of(relative, look, view="cascade")


def test_one_groups_cascade_is_smaller_than_that_of_all(pushed: View, look: Look) -> None:
    ends = {}
    for leverage in (0, 1):
        said = lines_of(pushed, look, view="cascade", cursor=58_400.0, leverage=leverage)[-1]
        ends[leverage] = float(said.split("×")[1].split()[0])
    assert ends[1] < ends[0]


@pytest.mark.parametrize("size", SIZES)
def test_every_size_has_the_axis_and_the_ends(pushed: View, look: Look, size: tuple[int, int]) -> None:
    lines = lines_of(pushed, look, size, view="cascade", cursor=59_000.0)
    assert (len(lines), {len(line) for line in lines}) == (size[1], {size[0]})
    text = "\n".join(lines)
    assert "▲60,012" in text
    assert " %│" in text
    assert ("forced" in text) is (size[1] > 14)


def test_percents_beside_the_rows_are_round_and_apart() -> None:
    labels = percent_labels(25, 0.068)
    assert labels[25 - round(0.05 / 0.068 * 25)] == "5 %"
    assert min(b - a for a, b in pairwise(sorted(labels))) >= 3
