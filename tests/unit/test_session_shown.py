"""Which instruments are live for the names on the screen."""

from liqtui.instruments import Instrument, Kind, Name
from liqtui.session.shown import MOST_SHOWN, Shown


def of(venue: str, symbol: str = "BTCUSDT") -> Instrument:
    return Instrument(venue, symbol, "BTC", "USDT", "USDT", Kind.PERPETUAL, False, 1.0, 0.1, "BTC-USDT", "BTC-USDT")


NINE = tuple(of(f"v{i}") for i in range(9))


def test_a_sum_of_nine_is_one_name() -> None:
    shown = Shown()
    for i in range(MOST_SHOWN):
        members = tuple(of(one.venue, f"COIN{i}") for one in NINE)
        shown.put(f"all:COIN{i}", Name("all", f"COIN{i}"), members, float(i))
    assert len(shown.instruments()) == 4 * 9


def test_an_instrument_lives_while_any_name_needs_it() -> None:
    shown = Shown(most=2)
    shown.put("v0:BTCUSDT", Name("v0", "BTCUSDT"), (NINE[0],), 0.0)
    shown.put("all:BTC-USDT", Name("all", "BTC-USDT"), NINE, 1.0)
    assert len(shown.instruments()) == 9, "the one of the sum is the same"
    shown.put("v1:ETHUSDT", Name("v1", "ETHUSDT"), (of("v1", "ETHUSDT"),), 2.0)
    assert "v0:BTCUSDT" in shown.instruments(), "its own name gave way, the sum goes on"
    assert len(shown.instruments()) == 10


def test_the_name_looked_at_longest_ago_gives_way() -> None:
    shown = Shown(most=2)
    shown.put("v0:BTCUSDT", Name("v0", "BTCUSDT"), (NINE[0],), 0.0)
    shown.put("v1:BTCUSDT", Name("v1", "BTCUSDT"), (NINE[1],), 1.0)
    shown.seen("v0:BTCUSDT", 5.0)
    shown.put("v2:BTCUSDT", Name("v2", "BTCUSDT"), (NINE[2],), 6.0)
    assert set(shown.instruments()) == {"v0:BTCUSDT", "v2:BTCUSDT"}, "a pane still looks at v0"


def test_a_listing_may_bring_a_name_more() -> None:
    shown = Shown()
    shown.put("all:BTC-USDT", Name("all", "BTC-USDT"), NINE[:1], 0.0)
    shown.grow("all:BTC-USDT", NINE[:3])
    assert [name for name, _ in shown.wanted()] == ["all:BTC-USDT"]
    assert len(shown.instruments()) == 3
