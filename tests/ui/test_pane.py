"""One pane: what is where at each size, and that the words on it are true."""

from dataclasses import replace

import numpy as np
import pytest

from liqtui.events import FeedState, Side
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.header import Moment, feed_line
from liqtui.ui.paint.map import plan
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.readout import read, readout
from liqtui.ui.paint.scale import fit_scale, rungs_shown
from liqtui.ui.paint.scene import lay_out
from liqtui.ui.paint.side import sparkline
from liqtui.ui.state import FIRST_RUNG, PaneState
from liqtui.ui.theme import load_theme, shipped_folder
from liqtui.view import STANDING, BackfillView, Figure, MapView, View

from .factory import HOUR, NOW, SECOND, WEEKLY, Market, health

MOMENT = Moment(NOW, "live")


def picture(view: View, look: Look, size: tuple[int, int] = (150, 44), state: PaneState | None = None,
            moment: Moment = MOMENT) -> list[str]:
    return Painter().paint(view, state or PaneState("okx:BTC-USDT-SWAP"), size, look, moment, 0).strings()


def test_longs_are_left_of_the_mark_and_shorts_right(view: View, look: Look) -> None:
    grid = Painter().paint(view, PaneState("x"), (150, 44), look, MOMENT, 0)
    layout = lay_out(150, 44)
    rows = plan(layout)
    mark = next(x for x in range(150) if grid.ch[rows.top + rows.bars + 1, x] == ord("▲"))
    base = grid.fg[rows.top + rows.bars - 1]
    drawn = [x for x in range(layout.left, layout.box - 1) if grid.ch[rows.top + rows.bars - 1, x] == ord("█")]
    assert {int(base[x]) for x in drawn if x < mark} <= set(look.long_ladder)
    assert {int(base[x]) for x in drawn if x > mark} <= set(look.short_ladder)
    assert any(x < mark for x in drawn)
    assert any(x > mark for x in drawn)


@pytest.mark.parametrize(("size", "side", "fall"), [
    ((150, 44), True, True), ((100, 29), True, True), ((99, 29), False, True), ((80, 23), False, True),
    ((79, 23), False, False), ((80, 22), False, False), ((40, 9), False, False),
])
def test_what_goes_when_the_pane_is_small(
    view: View, look: Look, size: tuple[int, int], side: bool, fall: bool
) -> None:
    lines = picture(view, look, size)
    assert len(lines) == size[1]
    assert {len(line) for line in lines} == {size[0]}
    assert any("CLUSTERS" in line for line in lines) is side
    assert any("now│" in line for line in lines) is fall
    assert "▲60,012" in "".join(lines)


def test_every_size_paints(view: View, look: Look) -> None:
    for width in (40, 57, 60, 81, 100, 101, 133, 240):
        for height in (9, 10, 15, 16, 23, 36, 70):
            lines = picture(view, look, (width, height), PaneState("x", cursor=59_000.0, overlay="cumulative"))
            assert (len(lines), {len(line) for line in lines}) == (height, {width})


def test_under_the_axis_nothing_moves_while_the_mark_walks_over_the_picture(market: Market, look: Look) -> None:
    """Half a percent up is five columns at 150x45; which side goes which way is told at the edges."""
    painter, state, told = Painter(), PaneState("x"), []
    for price in (60_012.4, 60_300.0):
        view = market.view(1)
        moved = replace(view, figures=replace(view.figures, mark=Figure(price, NOW)))
        lines = painter.paint(moved, state, (150, 44), look, Moment(NOW, "live"), 0).strings()
        told.append(next(line[: line.index("││")] for line in lines if "going left" in line))
        assert any(f"▲{price:,.0f}" in line for line in lines)
    assert told[0] == told[1]


def test_the_header_says_what_stands_in_for_the_mark(view: View, look: Look) -> None:
    figures = replace(view.figures, mark_source="mid")
    assert "mark is mid 60,012.4" in picture(replace(view, figures=figures), look)[0]


def test_stale_figures_carry_their_age(view: View, look: Look) -> None:
    head = picture(view, look, moment=Moment(NOW + 40 * SECOND, "live"))[0]
    assert "60,013.9 41 s old" in head
    assert "60,012.4 41 s old" in head
    assert "OI $8.41B ▲0.8 %  " in head  # three minutes are fine for open interest


def test_a_picture_that_is_not_renewed_is_not_called_live(view: View, look: Look) -> None:
    """The feeds may well be live: what is seen is of 40 s ago."""
    head = picture(view, look, moment=Moment(NOW + 40 * SECOND, "live"))[0]
    assert head.rstrip().endswith("◐ stands 40 s")
    assert "live" in picture(view, look, moment=Moment(NOW + 9 * SECOND, "live"))[0]


def test_demo_replay_and_pause_are_marked(view: View, look: Look) -> None:
    assert " DEMO " in picture(view, look, moment=Moment(NOW, "demo"))[0]
    assert " REPLAY    10:00:00 ▸ ×4" in picture(view, look, moment=Moment(NOW, "replay", "10:00:00 ▸ ×4 50 %"))[0]
    assert " PAUSED 12 s " in picture(view, look, moment=Moment(NOW, "live", paused_since_ns=NOW - 12 * SECOND))[0]


def test_the_dot_stands_still_while_latency_changes(view: View, look: Look) -> None:
    """8 ms, 84 ms, 120 ms: the words before the figure do not move."""
    places = []
    for ms in (8, 84, 120):
        told = health(NOW)
        feeds = tuple(replace(feed, latency_ns=ms * 10**6) for feed in told.feeds)
        head = picture(replace(view, health=replace(told, feeds=feeds)), look)[0]
        assert f"live {ms} ms" in head
        places.append(head.index("●"))
    assert len(set(places)) == 1


@pytest.mark.parametrize(("state", "words"), [
    (FeedState.LIVE, "● live 84 ms"), (FeedState.STALE, "◐ stale 12 s"), (FeedState.RESYNCING, "◐ resyncing 12 s"),
    (FeedState.CONNECTING, "◌ connecting 12 s"), (FeedState.REFUSED, "✕ refused 12 s: name not known · again in 8 s"),
])
def test_the_feeds_state_in_words(look: Look, state: FeedState, words: str) -> None:
    reason = "name not known" if state is FeedState.REFUSED else ""
    assert "".join(text for text, _, _ in feed_line(health(NOW, state, reason), NOW, look)).rstrip() == words


def test_a_narrow_header_names_what_is_traded_at_what_price_and_how_the_feed_is(view: View, look: Look) -> None:
    for state, told in ((FeedState.REFUSED, "✕ refused 52 s"), (FeedState.STALE, "◐ stale 52 s")):
        lost = replace(view, health=health(NOW, state, "connection reset"))
        head = picture(lost, look, (40, 11), moment=Moment(NOW + 40 * SECOND, "live"))[0]
        assert head.split(maxsplit=2) == ["BTC-USDT-SWAP", "60,013.9", f"{told} "]


def test_caveats_are_words_on_the_screen(view: View, look: Look) -> None:
    backfill = BackfillView(43, 120, "1H", False, "", None)
    shown = picture(replace(view, health=health(NOW, words=("mark unknown: mid",), backfill=backfill)), look)[1]
    assert "backfill 1H 43/120 · mark unknown: mid" in shown


@pytest.mark.parametrize("size", [(80, 23), (60, 16), (40, 9)])
def test_caveats_stay_when_it_is_narrow(view: View, look: Look, size: tuple[int, int]) -> None:
    warned = replace(view, health=health(NOW, words=("mark unknown: mid", "assumed m")))
    shown = "\n".join(picture(warned, look, size, PaneState("x", overlay="realized", usd=True)))
    assert "mark unknown: mid" in shown


def test_a_lost_feed_pales_the_picture_and_keeps_it(view: View, look: Look) -> None:
    lost = replace(view, health=health(NOW, FeedState.REFUSED, "reset"))
    grid = Painter().paint(lost, PaneState("x"), (100, 29), look, MOMENT, 0)
    assert grid.pale.any()
    assert "█" in "".join(grid.strings())


def test_while_nothing_is_heard_the_figures_beside_the_map_are_as_pale_as_it(view: View, look: Look) -> None:
    """Depth, flow and pace are of the last moment that was heard; the header and the reason are of now."""
    lost = replace(view, health=health(NOW, FeedState.REFUSED, "HTTP 429"))
    grid = Painter().paint(lost, PaneState("x"), (150, 44), look, Moment(NOW, "live"), 0)
    lines = grid.strings()
    row = next(y for y, line in enumerate(lines) if "BOOK" in line)
    assert grid.pale[row, lines[row].index("BOOK") :].all()
    assert not grid.pale[0].any()
    assert not grid.pale[-1].any()
    assert not Painter().paint(view, PaneState("x"), (150, 44), look, Moment(NOW, "live"), 0).pale.any()


def test_a_venue_that_sends_nothing_is_a_memory_once_its_prices_are_old(view: View, look: Look) -> None:
    """Its socket is open and mute: 10 s after its last price the picture pales. While prices come, a stale stream of
    another kind is a word in the header."""
    stale = replace(view, health=health(NOW, FeedState.STALE, "no data since 05:13:48"))
    old = Figure(60_012.4, NOW - 12 * SECOND)
    mute = replace(stale, figures=replace(view.figures, mark=old, last=old))
    for shown, memory in ((stale, False), (mute, True)):
        grid = Painter().paint(shown, PaneState("x"), (150, 44), look, Moment(NOW, "live"), 0)
        assert grid.pale.any() == memory
        assert ("no data since 05:13:48" in grid.strings()[-1]) == memory


def test_rows_without_figures_are_absent(view: View, look: Look) -> None:
    bare = replace(view, figures=replace(
        view.figures, funding=None, long_short_ratio=None, basis=(), depth_usd=None, liquidated=None))
    shown = "\n".join(picture(bare, look))
    for name in ("FUND", "RATIO", "BASIS", "BOOK", "LIQUIDATED", "CASCADE", "SCORE"):
        assert name not in shown
    assert "FLOW" in shown


def test_liquidated_says_since_when_the_feed_was_heard(view: View, look: Look) -> None:
    assert any("since 05:00" in line for line in picture(view, look))
    assert view.figures.liquidated is not None
    day = replace(view.figures.liquidated, heard_since_ns=NOW - 25 * HOUR)
    shown = picture(replace(view, figures=replace(view.figures, liquidated=day)), look)
    assert any("24 h" in line for line in shown)


def test_without_a_map_the_pane_says_what_it_waits_for(view: View, look: Look) -> None:
    backfill = BackfillView(43, 120, "1H", False, "", None)
    empty = replace(view, map=None, health=health(NOW, backfill=backfill))
    shown = "\n".join(picture(empty, look))
    assert "no map yet" in shown
    assert "history 1H 43/120" in shown


def test_one_rung_says_that_the_waterfall_shows_its_group(view: View, look: Look) -> None:
    state = PaneState("x", leverage=4 + 23)
    assert "125× (waterfall: high)" in picture(view, look, state=state)[1]


def test_a_rung_that_is_none_here_is_all_leverage_in_bars_and_words(view: View, look: Look) -> None:
    kept = PaneState("x", leverage=50)  # a layout of when there were more
    assert view.map is not None
    assert rungs_shown(kept.leverage, view.map.rungs) == slice(0, len(view.map.rungs))
    assert " map · all leverage · " in picture(view, look, state=kept)[1]
    elsewhere = PaneState("x", leverage=FIRST_RUNG)  # 2×
    elsewhere.show("y")
    assert elsewhere.leverage == 0, "another instrument's rungs are others; it was not asked for its highest"


def test_dollars_on_the_axis_are_labelled_estimated(view: View, look: Look) -> None:
    shown = picture(view, look, state=PaneState("x", usd=True))
    assert "est. USD per 1 %" in shown[1]
    assert "$" in shown[2][:7]


def at_cursor(look: Look, spread: float | None, usd: bool, leverage: int = 0) -> str:
    """The cursor's line on two bins of 40 BTC each at 60,000 USD, each known to ± `spread` BTC."""
    width = 0.0005
    first = int(np.floor(np.log(60_000) / width)) - 100
    mass = np.zeros((2, 3, 200), np.float32)
    mass[Side.LONG, 1, 60:62] = 40.0
    sure = None if spread is None else np.full((2, 200), spread, np.float32)
    base = Market(minutes=20).view(10, snapshots=())
    view = replace(base, map=MapView(width, first, (5.0, 25.0, 50.0), mass, (0, 0), None, False, sure))
    state = PaneState("x", zoom=2, usd=usd, leverage=leverage)
    scale = fit_scale(state, 100, width, 60_000.0)
    assert scale.bins == 2
    column = (first + 60) // 2
    state.cursor = float(np.exp((column * 2 + 1) * width))
    reading = read(view, state, scale, 60_000.0, 80.0 / 0.05)
    assert reading is not None
    return "  ".join("".join(text for text, *_ in line) for _, line in readout(reading, usd, 0, "BTC", NOW, look))


def test_the_cursor_says_how_sure_the_estimate_is_and_what_is_unsure_of_all_bins_adds_up(look: Look) -> None:
    """Two bins of 40 ± 8 BTC are 80 ± 16: what is not known of both is the same. In quadrature it would be ± 11."""
    assert "± 20 %" in at_cursor(look, 8.0, usd=False)
    assert "± 50 %" in at_cursor(look, 20.0, usd=False)
    # 80 BTC at about 58,800: $4.7M, a fifth of it 0.94.
    assert "M ± 0.9" in at_cursor(look, 8.0, usd=True)


def test_where_it_is_not_known_how_sure_nothing_is_claimed(look: Look) -> None:
    assert "±" not in at_cursor(look, None, usd=True)
    assert "±" not in at_cursor(look, 8.0, usd=False, leverage=2), "known of all leverages together only"


def test_the_readout_names_price_distance_size_and_leverage(look: Look) -> None:
    """40 BTC at 25× and 40 at 50× in one bin, 2 % under a mark of 60,000."""
    rungs = (5.0, 25.0, 50.0)
    width = 0.0005
    first = int(np.floor(np.log(60_000) / width)) - 100
    mass = np.zeros((2, 3, 200), np.float32)
    mass[Side.LONG, 1:, 60] = 40.0
    base = Market(minutes=20).view(10, snapshots=())
    view = replace(base, map=MapView(width, first, rungs, mass, (0, 0), None, False))
    state = PaneState("x", zoom=1)
    scale = fit_scale(state, 100, width, 60_000.0)
    state.cursor = float(np.exp((first + 60.5) * width))
    reading = read(view, state, scale, 60_000.0, 80.0 / 0.05)
    assert reading is not None
    assert reading.side is Side.LONG
    assert reading.units == pytest.approx(80.0)
    assert reading.usd == pytest.approx(80.0 * state.cursor)
    assert reading.distance == pytest.approx(-0.0196, abs=0.0005)
    assert reading.leverages == (25.0, 50.0)
    assert reading.share == pytest.approx(1.0)  # 80 in 0.05 % is 1,600 per 1 %
    assert reading.seen_ns is None  # no history, nothing claimed


def test_how_long_a_column_has_stood(market: Market) -> None:
    view = market.view()
    state = PaneState("x", zoom=2)
    mark = view.figures.mark
    assert mark is not None
    assert view.map is not None
    scale = fit_scale(state, 100, view.map.width, mark.value)
    top = view.map.mass[Side.LONG].sum(axis=0)[900:1000].argmax() + 900
    state.cursor = view.map.price_of(float(top) + 0.5)
    reading = read(view, state, scale, mark.value, 1.0)
    assert reading is not None
    assert reading.seen_ns is not None
    assert NOW - 12 * HOUR <= reading.seen_ns <= NOW
    assert reading.growth is not None

    coming = BackfillView(12, 15, "1H", False, "", None)
    view = replace(view, health=replace(view.health, backfill=coming))
    reading = read(view, state, scale, mark.value, 1.0)
    assert reading is not None
    assert reading.seen_ns is None  # bars grow by the history that arrives, not by what the market does
    assert reading.growth is None


def test_a_sparkline_runs_from_its_lowest_to_its_highest() -> None:
    assert sparkline((1.0, 2.0, 8.0, 0.0), 4) == "▂▃█▁"
    assert sparkline((5.0, 5.0), 8) == "▁▁"


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_depth_paints_and_ascii_is_ascii(view: View, depth: Depth, ascii_only: bool) -> None:
    look = Look(load_theme(shipped_folder() / "dark.toml"), depth, ascii_only=ascii_only)
    grid = Painter().paint(view, PaneState("x", cursor=59_000.0), (100, 29), look, MOMENT, 0)
    text = "".join(grid.strings())
    assert text.isascii() is ascii_only
    assert "?" not in text
    pens = {pen for row in grid.rows() for _, pen in row}
    kinds = {type(colour) for pen in pens for colour in (pen.fg, pen.bg)} - {type(None)}
    assert kinds == {Depth.TRUECOLOR: {str}, Depth.MONO: set()}.get(depth, {int})


def test_a_dated_contract_shows_the_days_left(view: View, look: Look) -> None:
    dated = replace(view, instrument=WEEKLY)
    assert "BTC-USDT-250523 22 h" in picture(dated, look)[0]


def test_control_characters_of_the_wire_never_reach_the_screen(view: View, look: Look) -> None:
    nasty = replace(view, health=health(NOW, words=("bad\x1b[31m word",)))
    assert "\x1b" not in "".join(picture(nasty, look))


def test_unchanged_views_change_no_row_and_a_tick_changes_few(market: Market, view: View, look: Look) -> None:
    painter, state = Painter(), PaneState("x")
    first = painter.paint(view, state, (150, 44), look, MOMENT, 0)
    assert painter.paint(view, state, (150, 44), look, MOMENT, 0).changed(first) == []
    last = Figure(60_020.0, NOW)
    ticked = replace(view, figures=replace(view.figures, last=last))
    assert painter.paint(ticked, state, (150, 44), look, MOMENT, 0).changed(first) == [0]




@pytest.mark.parametrize("size", [(100, 29), (60, 19)])
def test_what_a_key_chose_is_named_before_what_always_holds(view: View, look: Look, size: tuple[int, int]) -> None:
    warned = replace(view, health=health(NOW, words=STANDING))
    title = picture(warned, look, size, PaneState("x", leverage=3, overlay="volume"))[1]
    assert "high >40×" in title
    assert "volume profile 24h" in title
    assert not any(words in title for words in STANDING)


def test_a_pane_without_a_frame_says_what_was_chosen(view: View, look: Look) -> None:
    calm = replace(view, health=health(NOW))
    assert "high >40×" in "\n".join(picture(calm, look, (40, 11), PaneState("x", leverage=3)))


def test_heard_and_nothing_liquidated_is_said(view: View, look: Look) -> None:
    quiet = replace(view, figures=replace(view.figures, last_liquidation=None))
    assert any("none heard yet" in line for line in picture(quiet, look))


def test_the_peaks_of_the_leverage_shown_are_named_not_those_of_all(view: View, look: Look) -> None:
    """Low leverage lies far from the mark: the nearest cluster of all is none of its own."""
    def longs(leverage: int) -> list[str]:
        return [line[line.index("▼ L"):] for line in picture(view, look, state=PaneState("x", leverage=leverage))
                if "▼ L" in line and "BTC" not in line]
    assert longs(0) != longs(1)


def test_a_recording_that_says_nothing_of_its_feeds_is_a_recording_not_a_lost_feed(view: View, look: Look) -> None:
    silent = replace(view, health=replace(health(NOW), feeds=()))
    played = Painter().paint(silent, PaneState("x"), (150, 44), look, Moment(NOW, "replay"), 0).strings()[0]
    assert played.rstrip().endswith("recording")
    assert "no feed" in picture(silent, look)[0]
