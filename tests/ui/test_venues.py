"""A sum on the screen: who is in it, what is wrong with whom, in the header and in the VENUES rows."""

from dataclasses import replace

import pytest

from liqtui.events import FeedState
from liqtui.ui.look import Look
from liqtui.ui.paint.header import Moment, disconnected
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.titles import caveats
from liqtui.ui.panels import help_lines
from liqtui.ui.state import VIEWS, PaneState
from liqtui.view import STANDING, Absent, BackfillView, View

from .conftest import make_app, text_of, until
from .factory import NOW, SECOND, health
from .venue_scene import SUM, VenueSource, feed, summed_view

MOMENT = Moment(NOW, "live")
STALE = {"bybit": {"state": "stale", "age_ns": 222 * SECOND, "weight": 0.62, "reason": "its price is not reported"}}
REFUSED = Absent("gate", "refused", "HTTP 451", NOW + 45 * SECOND)
UNLISTED = Absent("kraken", "not listed", "it lists no BTC perpetual of that kind", None)


def lines(view: View, look: Look, size: tuple[int, int] = (150, 44), moment: Moment = MOMENT) -> list[str]:
    return Painter().paint(view, PaneState(SUM.name), size, look, moment, 0).strings()


def column(view: View, look: Look, size: tuple[int, int] = (150, 44)) -> dict[str, str]:
    """The VENUES rows by their first word, and what stands under them."""
    rows = [line[-34:-2].strip() for line in lines(view, look, size)]
    start = next(at for at, row in enumerate(rows) if row.startswith("VENUES"))
    out: dict[str, str] = {}
    for row in rows[start:]:
        name, _, rest = row.partition(" ")
        if not row or name in ("STOPS", "RELIABLE"):
            break
        out[name] = " ".join(rest.split())
    return out


def test_the_header_names_the_sum_and_the_venues_in_it(view: View, look: Look) -> None:
    head = lines(summed_view(view), look)[0]
    assert head.startswith(" all:BTC-USDT   binance · okx · bybit   60,013.9 ")
    assert head.rstrip().endswith("● 3/3 live 84 ms")


@pytest.mark.parametrize(("size", "head"), [
    ((100, 29), " all:BTC-USDT  60,013.9  ▲ +1.24 %  mark 60,012.4  OI $8.41B "),
    ((80, 23), " all:BTC-USDT  binance · okx · bybit  60,013.9 "), ((40, 11), " all:BTC-USDT  60,013.9 "),
])
def test_where_it_is_narrow_the_name_still_says_that_it_is_a_sum(
    view: View, look: Look, size: tuple[int, int], head: str
) -> None:
    shown = lines(summed_view(view), look, size)[0]
    assert shown.startswith(head)
    assert "3/3" in shown


def test_a_venue_that_fell_silent_is_named_with_its_age_and_what_still_counts(view: View, look: Look) -> None:
    faded = summed_view(view, STALE)
    assert lines(faded, look)[0].rstrip().endswith("◐ bybit fades 62 %, stale 3m")
    narrow = lines(faded, look, (80, 23))[0]
    assert "binance · okx · bybit" in narrow
    assert narrow.rstrip().endswith("◐ bybit fades 62 %"), "who is in it before details"
    assert lines(faded, look, (60, 23))[0].rstrip().endswith("◐ bybit fades 62 %")
    demo = lines(faded, look, (80, 23), Moment(NOW, "demo"))[0]
    assert demo.rstrip().endswith("◐ bybit fades 62 %, stale 3m"), "who is in trouble before who is in it"
    assert lines(faded, look, (40, 11))[0].rstrip().endswith("◐ 2/3 live")


def test_where_venues_are_listed_beside_the_map_the_header_keeps_mark_and_open_interest(
    view: View, look: Look
) -> None:
    """Who is in the sum, why one is not and when it is tried again are rows of VENUES; the other figures are not."""
    for told in (summed_view(view, STALE), summed_view(view, absent=(REFUSED, UNLISTED))):
        for width in (100, 120, 150):
            head = lines(told, look, (width, 29), Moment(NOW, "demo"))[0]
            assert "mark 60,012.4 " in head
            assert "OI $8.41B" in head
            assert "◐ bybit fades 62 %" in head or "◐ gate refused" in head


def test_the_age_goes_on_while_no_new_view_comes(view: View, look: Look) -> None:
    stale = summed_view(view, {"bybit": {"state": "stale", "age_ns": 16 * SECOND}})
    later = Moment(NOW + 6 * SECOND, "live")
    assert "◐ bybit stale 22 s" in lines(stale, look, moment=later)[0]


def test_a_venue_that_refuses_is_named_with_the_reason_and_the_next_try_where_there_is_room(
    view: View, look: Look
) -> None:
    refused = summed_view(view, absent=(REFUSED, UNLISTED))
    assert "◐ gate refused: HTTP 451, again in 45 s" in lines(refused, look)[0]
    assert lines(refused, look, (62, 23))[0].rstrip().endswith("◐ gate refused: HTTP 451")
    assert lines(refused, look, (48, 23))[0].rstrip().endswith("◐ gate refused")
    rows = column(refused, look)
    assert rows["gate"] == "refused"
    assert rows["HTTP"] == "451, again in 45 s"
    assert rows["kraken"] == "not listed", "nothing is wrong with that"
    assert "kraken" not in lines(refused, look)[0]


def test_what_goes_wrong_in_the_sum_is_told_before_who_is_not_in_it(view: View, look: Look) -> None:
    both = summed_view(view, STALE, (REFUSED,))
    assert lines(both, look)[0].rstrip().endswith("◐ bybit fades 62 %, stale 3m +1")


def test_nobody_left_is_a_cross(view: View, look: Look) -> None:
    down = {venue: {"state": "refused", "reason": "HTTP 403"} for venue in ("binance", "okx", "bybit")}
    feeds = tuple(feed(venue, FeedState.REFUSED, "HTTP 403", NOW + 8 * SECOND) for venue in down)
    view = summed_view(view, down, feeds=feeds)
    assert "✕ binance refused: HTTP 403 +2" in lines(view, look)[0]
    assert disconnected(view, NOW)
    assert not disconnected(replace(view, health=replace(view.health, feeds=(*feeds[:2], feed("bybit")))), NOW)


def test_shares_premiums_and_what_is_placed(view: View, look: Look) -> None:
    """OKX's map is moved up by 5 bp: its mark is 5 bp under the reference's."""
    rows = column(summed_view(view), look)
    assert list(rows) == ["VENUES", "binance", "okx", "bybit"]
    assert rows["binance"] == "52 % ref 97 %"
    assert rows["okx"] == "31 % −5 97 %"
    assert rows["bybit"] == "17 % +2 97 %"


def test_what_fades_has_less_of_the_sum(view: View, look: Look) -> None:
    """0.17 × 0.62 = 0.105 of 0.52 + 0.31 + 0.105: 11 %."""
    rows = column(summed_view(view, STALE), look)
    assert rows["bybit"] == "11 % fades 62 %"
    assert rows["stale"] == "3m"
    assert rows["binance"].startswith("56 %")


def test_history_on_its_way_and_a_map_that_cannot_be_added(view: View, look: Look) -> None:
    coming = summed_view(view, {
        "okx": {"state": "history", "backfill": BackfillView(2, 5, "1H", False, "", NOW)},
        "bybit": {"state": "relative", "mass": None, "weight": 0.0, "reason": "no open interest is known"},
    })
    rows = column(coming, look)
    assert rows["okx"] == "37 % history 40 %", "0.31 of 0.52 + 0.31"
    assert rows["bybit"] == "no OI"
    assert "no open interest is known" in " ".join(f"{name} {rest}" for name, rest in rows.items())
    assert "binance · okx   " in lines(coming, look)[0], "who is not in the sum is not named as in it"
    assert "◐ bybit no OI: no open interest is known +1" in lines(coming, look)[0]


def test_where_the_column_is_low_the_reason_stands_in_the_row(view: View, look: Look) -> None:
    rows = column(summed_view(view, absent=(REFUSED,)), look, (100, 29))
    assert rows["gate"] == "refused: HTTP 451"


def test_the_last_liquidation_says_where(view: View, look: Look) -> None:
    assert any("▼ L 0.85 @ 60,012 okx  12 s" in line for line in lines(summed_view(view), look))


def test_a_map_of_one_venue_rests_on_its_own_feed_alone(view: View, look: Look) -> None:
    """Binance refuses; that is nothing to OKX's map."""
    told = replace(health(NOW), feeds=(feed("okx"), feed("binance", FeedState.REFUSED, "HTTP 451")))
    alone = replace(view, health=told)
    assert lines(alone, look)[0].rstrip().endswith("● live 84 ms")
    assert not disconnected(alone, NOW)
    other = replace(told, feeds=(feed("okx", FeedState.REFUSED, "reset"), feed("binance")))
    assert disconnected(replace(view, health=other), NOW)


def test_what_is_true_of_the_same_venues_is_told_together_and_counted_where_it_is_narrow(view: View) -> None:
    both = summed_view(view, words=("binance: fast market", f"okx, bybit: {STANDING[0]}", f"okx, bybit: {STANDING[1]}"))
    told = f"binance: fast market · okx, bybit: {STANDING[0]}, {STANDING[1]}"
    assert caveats(both, 150) == told
    assert caveats(both, len(told) - 1) == told.replace("okx, bybit", "2 of 3")
    assert caveats(both, 60) == f"binance: fast market · 2 of 3: {STANDING[0]} +1"
    assert caveats(both, 25) == "binance: fast market +2"
    assert caveats(both, 12) == "3 caveats"
    begun = replace(both, health=replace(both.health, words=(), backfill=BackfillView(3, 9, "", False, "", None)))
    assert caveats(begun, 40) == "backfill 3/9", "no stage is done yet"


def test_a_caveat_that_always_holds_gives_way_when_it_is_said_of_some_venues(view: View, look: Look) -> None:
    said = summed_view(view, words=("bybit fades", f"okx, bybit: {STANDING[0]}"))
    assert "bybit fades" in lines(said, look, (80, 23))[1]
    assert STANDING[0] not in lines(said, look, (60, 15))[-1]


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_paints_a_sum_in_trouble(view: View, look: Look, name: str) -> None:
    troubled = summed_view(view, {**STALE, "okx": {"state": "gone", "mass": None, "weight": 0.0}}, (REFUSED, UNLISTED))
    for size in ((150, 44), (100, 29), (80, 23), (40, 10)):
        state = PaneState(SUM.name, view=name, overlay="venues", cursor=58_469.0)
        shown = Painter().paint(troubled, state, size, look, MOMENT, 0).strings()
        assert {len(line) for line in shown} == {size[0]}
        assert "all:BTC-USDT" in shown[0]


async def test_what_went_wrong_says_why_a_venue_is_missing_or_fades(view: View) -> None:
    source = VenueSource(view)
    words = ("bybit fades", "gate is missing", "kraken is missing")
    refused = feed("gate", FeedState.REFUSED, "HTTP 451", NOW + 45 * SECOND)
    source.views[SUM.name] = summed_view(view, STALE, (REFUSED, UNLISTED), words=words)
    source._status = replace(health(NOW), feeds=(feed("binance"), refused))
    app = make_app(source, instruments=(SUM.name,))
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: "▲60," in "\n".join(text_of(app)))
        await pilot.press("!")
        await until(lambda: "gate refused for" in "\n".join(text_of(app)))
        text = "\n".join(text_of(app))
        assert "HTTP 451, next try in 45 s" in text
        assert "! bybit fades: stale 3m; 62 % of it still counts" in text
        assert "! gate is missing: refused, HTTP 451, again in 45 s" in text
        assert "! kraken is missing: it lists no BTC perpetual of that kind" in text


def test_help_tells_what_the_venues_rows_are(look: Look) -> None:
    told = " ".join(line[-1][0] for line in help_lines([], 96, look) if line)
    assert "Who falls silent stays for 15 s, then fades: half of it is left after 5 min" in told


async def test_while_no_venue_has_answered_the_sum_shows_how_each_of_its_venues_is_doing(view: View) -> None:
    """Okx is not connected yet, and Gate, which is in no sum here, is nobody's business."""
    source = VenueSource(view)
    source.views.clear()
    source.awaited = ("binance", "okx")
    source._status = replace(health(NOW), feeds=(
        feed("binance", FeedState.REFUSED, "HTTP 451", NOW + 45 * SECOND), feed("okx", FeedState.CONNECTING),
        feed("gate", FeedState.REFUSED, "HTTP 403"),
    ))
    app = make_app(source, instruments=(SUM.name,))
    async with app.run_test(size=(100, 30)):
        await until(lambda: "binance refused" in "\n".join(text_of(app)))
        text = "\n".join(text_of(app))
        for words in ("all:BTC-USDT-SWAP", "HTTP 451", "next try in 45 s", "okx connecting"):
            assert words in text
        assert "gate" not in text
