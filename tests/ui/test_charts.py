"""The charts: the last value is the figure, what is not known is not drawn, and no first frame waits for plotext."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.charts import ChartsBody, Limits, Panel, divide, points_of, row_of, value_labels
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.series import Curve, curves_of
from liqtui.ui.state import PaneState
from liqtui.view import Figure, History, Series, View

from .factory import HOUR, MINUTE, NOW, SECOND, WEEKLY, Market
from .view_scene import SIZES, body_of, grid_of, lines_of, look_at, named, with_history

STATE = PaneState("x", view="charts")


@pytest.fixture(scope="module")
def lived(view: View) -> View:
    return with_history(view)


def curve(view: View, name: str, **chosen: object) -> Curve:
    state = PaneState("x", view="charts", **chosen)  # type: ignore[arg-type]
    return next(one for one in curves_of(view, state, NOW) if one.name == name)


def plain(values: list[float], minutes: list[int] | None = None, **traits: bool) -> Curve:
    at = np.array(minutes if minutes is not None else range(len(values)), np.float64) * MINUTE
    return Curve("X", at, np.array(values), "", "", "", str, **traits)  # type: ignore[arg-type]


def test_the_last_value_of_a_chart_is_the_figure(lived: View) -> None:
    figures = lived.figures
    assert figures.mark is not None
    assert figures.open_interest is not None
    assert figures.funding is not None
    assert figures.long_short_ratio is not None
    assert curve(lived, "PRICE").value[-1] == figures.mark.value
    assert curve(lived, "OI").value[-1] == figures.open_interest.value
    assert curve(lived, "FUNDING").value[-1] == figures.funding.value
    assert curve(lived, "RATIO").value[-1] == figures.long_short_ratio.value
    assert [row.basis for row in figures.basis] == curve(lived, "TERM").value.tolist()
    body = body_of(lived, look_at(Depth.TRUECOLOR), view="charts")
    for said in ("PRICE  60,012.4", "OI  140k BTC", "FUNDING  +0.0081 %", "RATIO  1.23", "TERM  250627 +0.81 %"):
        assert said in body


def test_the_taker_delta_goes_on_from_history_to_the_minutes_of_the_figure(lived: View) -> None:
    """Of the figure's last hour the chart says what the figure says; before it, what was heard every five minutes."""
    hour, long = curve(lived, "CVD", span="1h"), curve(lived, "CVD")
    figure = np.array(lived.figures.cvd)
    assert hour.value[-1] - hour.value[-60] == pytest.approx(figure[-1] - figure[0])
    assert long.value[-1] - long.value[-60] == pytest.approx(figure[-1] - figure[0])
    assert lived.history is not None
    delta = lived.history.delta
    heard = delta.value[(delta.time_ns > NOW - 12 * HOUR) & (delta.time_ns <= NOW - 59 * MINUTE)].sum()
    assert long.value[-60] - long.value[0] == pytest.approx(heard + figure[0])


def test_a_span_begins_with_what_held_then(lived: View) -> None:
    """Funding of eight hours ago still holds an hour ago; open interest lies between its points."""
    funding = curve(lived, "FUNDING", span="1h")
    assert funding.at[0] == NOW - HOUR
    assert funding.value[0] == pytest.approx(0.5e-4), "settled at 02:00, the time is 10:00"
    interest = curve(lived, "OI", span="4h")
    assert interest.at[0] == NOW - 4 * HOUR


def test_dollars_where_they_are_asked_for(lived: View, look: Look) -> None:
    body = body_of(lived, look, view="charts", usd=True)
    assert "OI  $8.41B" in body
    assert "B│" in body


def test_a_dated_contract_has_a_basis_and_no_funding(lived: View, look: Look) -> None:
    figures = replace(lived.figures, funding=None, funding_next_ns=None, long_short_ratio=None)
    body = body_of(replace(lived, instrument=WEEKLY, figures=figures), look, view="charts")
    assert "FUNDING" not in body
    assert "RATIO" not in body
    assert "BASIS  " in body
    assert "mark over index" in body
    assert "TERM" in body


def test_one_contract_alone_has_a_basis_through_time_instead_of_a_term_structure(lived: View) -> None:
    alone = replace(lived, figures=replace(lived.figures, basis=lived.figures.basis[:1]))
    assert [one.name for one in curves_of(alone, STATE, NOW)] == ["PRICE", "OI", "CVD", "FUNDING", "RATIO", "BASIS"]


def test_what_nobody_kept_is_not_there(view: View, look: Look) -> None:
    assert [one.name for one in curves_of(named(view, "no history"), STATE, NOW)] == ["CVD", "TERM"]
    bare = replace(named(view, "no history"), figures=replace(view.figures, cvd=(), basis=()))
    assert "nothing is known of the past yet" in body_of(bare, look, view="charts")


def test_charts_need_no_map(lived: View, look: Look) -> None:
    assert "OI  140k BTC" in body_of(replace(lived, map=None, clusters=()), look, view="charts")


def test_a_line_passes_through_its_points(look: Look) -> None:
    """Three points, the middle one highest: in the middle of the uppermost row."""
    from liqtui.ui.paint.plots import line

    text = line((0, 20, 39), (0, 9, 0), (), (20, 5), ascii_only=False)
    assert [len(row) for row in text] == [20] * 5
    assert text[0].strip(" ") != ""
    assert text[0].index(text[0].strip(" ")[0]) in range(8, 12)
    assert text[4][0] != " "
    assert text[4][19] != " "
    assert text[4][10] == " "


def test_a_chart_larger_than_the_terminal_plotext_believes_in_is_whole() -> None:
    from liqtui.ui.paint.plots import line

    text = line((0, 599), (0, 199), (), (300, 100), ascii_only=False)
    assert (len(text), len(text[0])) == (100, 300)
    assert text[0][-1] != " "
    assert text[-1][0] != " "


def test_a_hole_in_history_is_a_hole_in_the_line() -> None:
    limits, panel = Limits(0.0, 1.0), Panel(0, 0, 30, 5)
    holed = plain([0.5] * 40, [*range(20), *range(60, 80)])
    across, _, breaks = points_of(holed, limits, panel, 0.0, 79 * MINUTE)
    assert len(breaks) == 1
    assert across[breaks[0]] - across[breaks[0] - 1] > 20
    assert points_of(plain([0.5] * 40), limits, panel, 0.0, 39 * MINUTE)[2] == []


def test_a_rate_holds_until_the_next() -> None:
    stepped, panel = plain([1.0, 0.0], [0, 10], steps=True), Panel(0, 0, 10, 5)
    across, up, _ = points_of(stepped, Limits(0.0, 1.0), panel, 0.0, 10 * MINUTE)
    assert list(zip(across, up, strict=True)) == [(0, 9), (19, 9), (19, 0)]


def test_limits_are_round_and_stand_still_while_values_move() -> None:
    first = Limits.of(plain([101.0, 137.0]))
    assert (first.low, first.high) == (100.0, 140.0)
    assert Limits.of(plain([100.4, 138.2])) == first
    assert Limits.of(plain([0.3, 0.9], signed=True)).low == 0.0
    assert Limits.of(plain([-0.004, 0.9], signed=True)).low == 0.0, "a hair below zero does not shift everything"
    flat = Limits.of(plain([5.0, 5.0]))
    assert flat.low < 5.0 < flat.high


def test_limits_stay_until_something_leaves_them_or_is_lost_in_them() -> None:
    """100 to 140 for 121 to 137, too, which alone would like 120 to 140; not for 97, and not for 130 to 132."""
    limits = Limits(100.0, 140.0)
    assert limits.hold(Limits.of(plain([121.0, 137.0])))
    assert not limits.hold(Limits.of(plain([97.0, 137.0])))
    assert not limits.hold(Limits.of(plain([130.0, 132.0])))


def test_labels_stand_where_their_values_are() -> None:
    limits = Limits(100.0, 140.0)
    assert row_of(140.0, limits, 9) == 0
    assert row_of(100.0, limits, 9) == 8
    labels = value_labels(plain([1.0]), limits, 9)
    assert labels == {row_of(float(v), limits, 9): str(v) for v in (100.0, 120.0, 140.0)}


def test_a_low_chart_has_two_values_at_its_axis_or_it_tells_no_scale() -> None:
    """Three rows between 0 and 0.01: a step that leaves three rows between labels leaves one of them."""
    only = plain([0.001, 0.009], signed=True)
    limits = Limits.of(only)
    assert sorted(value_labels(only, limits, 3)) == [0, 2]
    assert len(value_labels(only, limits, 12)) > 2


def test_what_has_been_known_for_a_minute_of_half_a_day_is_no_chart(lived: View) -> None:
    assert lived.history is not None
    short = replace(lived.history.basis, time_ns=lived.history.basis.time_ns[-1:], value=lived.history.basis.value[-1:])
    alone = replace(lived, history=replace(lived.history, basis=short), figures=replace(lived.figures, basis=()))
    assert "BASIS" not in [one.name for one in curves_of(alone, STATE, NOW)]
    assert "BASIS" in [one.name for one in curves_of(replace(alone, history=lived.history), STATE, NOW)]


def test_a_change_is_told_for_as_long_as_it_is_known(lived: View) -> None:
    assert lived.history is not None
    assert "in 12h" in curve(lived, "OI").more
    past = lived.history.interest
    late = past.time_ns > NOW - 4 * HOUR
    brief = Series(past.time_ns[late], past.value[late])
    known = replace(lived, history=replace(lived.history, interest=brief))
    assert "in 3h" in curve(known, "OI").more, "the first point is 3 h 55 min old"


def test_frozen_scales_keep_their_limits(lived: View, look: Look) -> None:
    body, state = ChartsBody(), PaneState("x", view="charts", frozen=True)
    shown = [body._framed(one, Panel(0, 0, 40, 9), state).limits for one in curves_of(lived, state, NOW)]
    assert lived.figures.mark is not None
    far = replace(lived, figures=replace(lived.figures, mark=Figure(lived.figures.mark.value * 1.5, NOW)))
    assert [body._framed(one, Panel(0, 0, 40, 9), state).limits for one in curves_of(far, state, NOW)] == shown
    state.frozen = False
    assert body._framed(curves_of(far, state, NOW)[0], Panel(0, 0, 40, 9), state).limits != shown[0]


def test_it_is_drawn_at_most_once_a_second(lived: View, look: Look) -> None:
    painter, state = Painter(), PaneState("x", view="charts")
    grids = []
    for n, interest in enumerate((140_120.0, 150_000.0, 150_000.0)):
        figures = replace(lived.figures, open_interest=Figure(interest, NOW), open_interest_usd=None)
        now = NOW + n * SECOND // 2
        grids.append(painter.paint(replace(lived, time_ns=now, figures=figures), state, (150, 44), look,
                                   Moment(now, "live"), 0))
    said = ["140k" in "".join(row[:110] for row in grid.strings()[2:3]) for grid in grids]
    assert said == [True, True, False]


def test_a_venues_gap_is_hatched(look: Look) -> None:
    """Known for four hours of twelve: two thirds of the chart are hatched."""
    at = NOW - np.arange(48, 0, -1, dtype=np.int64) * 5 * MINUTE
    none = Series(np.zeros(0, np.int64), np.zeros(0))
    base = Market(minutes=20).view(10, snapshots=())
    view = replace(base, history=History(Series(at, np.linspace(1, 2, 48)), none, none, none, none),
                   figures=replace(base.figures, cvd=(), basis=(), open_interest=Figure(2.0, NOW)))
    body = body_of(view, look, view="charts")
    row = next(line for line in body.splitlines() if "╱" in line)
    assert row.count("╱") == pytest.approx(100 * 2 / 3, abs=6)


def test_what_was_not_heard_of_since_is_hatched_up_to_now(lived: View, look: Look) -> None:
    """A ratio that is three hours old ends a quarter before the right edge."""
    assert lived.history is not None
    old = Series(lived.history.ratio.time_ns - 3 * HOUR, lived.history.ratio.value)
    figures = replace(lived.figures, long_short_ratio=Figure(float(old.value[-1]), int(old.time_ns[-1])))
    lines = lines_of(replace(lived, history=replace(lived.history, ratio=old), figures=figures), look, view="charts")
    at = next(y for y, line in enumerate(lines) if "RATIO" in line)
    assert "3h old" in lines[at]
    assert lines[at + 3][:58].rstrip("│").count("╱") == pytest.approx(12, abs=2)


@pytest.mark.parametrize("size", SIZES)
def test_every_size_shows_every_figure(lived: View, look: Look, size: tuple[int, int]) -> None:
    lines = lines_of(lived, look, size, view="charts", cursor=60_500.0)
    assert (len(lines), {len(line) for line in lines}) == (size[1], {size[0]})
    text = "\n".join(line[: size[0] - 35 if size[0] >= 100 else size[0]] for line in lines)
    for name in ("PRICE", "OI", "CVD", "FUNDING", "RATIO", "TERM"):
        assert name in text


def test_where_panels_have_no_room_there_is_a_line_each(lived: View, look: Look) -> None:
    text = lines_of(lived, look, (40, 11), view="charts")
    row = next(line for line in text if "OI  " in line)
    assert sum(c in "▁▂▃▄▅▆▇█" for c in row) >= 8
    assert "140k" in row


def test_panels_cover_the_body_and_do_not_overlap() -> None:
    for count in range(1, 8):
        for width, height in ((111, 40), (62, 26), (78, 20), (50, 40)):
            covered = np.zeros((height, width), int)
            for panel in divide(count, Panel(0, 0, width, height)):
                covered[panel.y : panel.y + panel.height, panel.x : panel.x + panel.width] += 1
            assert set(np.unique(covered)) <= ({1} if covered.any() else {0})


@pytest.mark.parametrize("ascii_only", [False, True])
def test_ascii_terminals_get_dots(lived: View, ascii_only: bool) -> None:
    text = "".join(grid_of(lived, look_at(Depth.MONO, ascii_only=ascii_only), view="charts").strings())
    assert text.isascii() is ascii_only
    assert "?" not in text


def test_plotext_is_not_loaded_with_the_screen() -> None:
    program = "import sys, liqtui.ui.app, liqtui.ui.paint.pane; print('plotext' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_plotext_there_are_lines_and_a_word(
    lived: View, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its compiled part is not there on every machine."""
    monkeypatch.setitem(sys.modules, "liqtui.ui.paint.plots", None)
    body = body_of(lived, look, view="charts")
    assert "OI  " in body
    assert "plots" in body
