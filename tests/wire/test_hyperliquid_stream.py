"""Hyperliquid's socket: every recorded frame, and the traps of its wire."""

import json

from hyperliquid_frames import BTC, ETH, LISTED, PEPE, contract, frame, venue
from recorded import NOW, historical, kinds, needs_frames, recent, stamped

from liqtui.events import (
    Ack,
    BookDelta,
    Event,
    Funding,
    Index,
    Level,
    Mark,
    Notice,
    OpenInterest,
    Pong,
    Refusal,
    Rejected,
    Trade,
)
from liqtui.feeds.records import Record, RecordKind
from liqtui.feeds.router import Router
from liqtui.instruments import Instrument
from liqtui.market.book import Book
from liqtui.venues.base import PublicPositions, RepeatsTrades

HOUR_NS = 3_600 * 10**9


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def take(self, venue: str, ns: int, events: list[Event]) -> None:
        self.events += events

    def advance(self, ns: int) -> None:
        pass


# --- real frames ------------------------------------------------------------------------------------------------


@needs_frames
def test_ten_seconds_of_january_2025() -> None:
    frames = stamped("hyperliquid-btc-20250126")
    assert len(frames) == 55
    assert kinds(venue, [raw for _, raw in frames], LISTED) == {"BookDelta": 46, "Trade": 64}  # 9 frames of trades


@needs_frames
def test_every_book_of_the_recording_is_whole_and_uncrossed() -> None:
    book = Book(BTC)
    for ns, raw in stamped("hyperliquid-btc-20250126"):
        for delta in venue.decode(raw, ns, LISTED):
            if isinstance(delta, BookDelta):
                assert book.apply(delta) is None
                assert book.crossed() is None
                assert (len(delta.bids), len(delta.asks)) == (20, 20)


@needs_frames
def test_the_first_trades_of_a_stream_are_old_ones_told_again() -> None:
    ns, raw = next((ns, raw) for ns, raw in stamped("hyperliquid-btc-20250126") if '"trades"' in raw)
    first, *_ = (e for e in venue.decode(raw, ns, LISTED) if isinstance(e, Trade))
    assert (ns - first.time_ns) / 1e9 > 49  # "time":1737918794873, received at 1737918844.17


@needs_frames
def test_the_resting_side_of_a_trade_is_named_second_by_a_buyer_and_first_by_a_seller() -> None:
    # "side":"B" at the ask 105056, "users":["0xe9ed…","0x6802…"]: 0x6802 sold to two takers in a row.
    # "side":"A" at the bid 105055, "users":["0x6f90…","0x6ba2…"]: 0x6f90 bought from two.
    raw = next(raw for _, raw in stamped("hyperliquid-btc-20250126") if '"trades"' in raw)
    trades = [e for e in venue.decode(raw, NOW, LISTED) if isinstance(e, Trade)]
    assert [(t.buy, t.price) for t in trades[:4]] == [
        (True, 105056.0), (True, 105056.0), (False, 105055.0), (False, 105055.0),
    ]  # fmt: skip
    parties = [t.parties for t in trades[:4] if t.parties is not None]
    assert parties[0][1] == parties[1][1] == "0x6802b4267f7f2bf7003dcf993c51542245b38329"
    assert parties[2][0] == parties[3][0] == "0x6f90d048a511626ba5a6425db17f377826df336a"


@needs_frames
def test_single_frames_of_2024() -> None:
    listed = {s: contract(s) for s in ("FXS", "BTC", "SHIA", "MOODENG")}
    events = [e for raw in historical("hyperliquid") for e in venue.decode(raw, NOW, listed)]
    assert kinds(venue, historical("hyperliquid"), listed) == {
        "Trade": 1 + 3, "BookDelta": 1, "Mark": 1, "Index": 1, "OpenInterest": 1, "Funding": 1,
        "nothing": 1,  # bbo of a spot pair
    }  # fmt: skip
    assert events[0] == Trade("FXS", 1_730_160_015_113_000_000, NOW, 1.9008, 10.5, False, "611279506717453")
    assert events[4] == BookDelta("SHIA", 1_730_160_007_687_000_000, NOW, [], [], 1.0, True)
    assert events[5:] == [
        Mark("MOODENG", NOW, NOW, 0.19963),
        Index("MOODENG", NOW, NOW, 0.1995),
        OpenInterest("MOODENG", NOW, NOW, 18_617_460.0),
        Funding("MOODENG", NOW, NOW, 0.00004863, (NOW // HOUR_NS + 1) * HOUR_NS, HOUR_NS),
    ]


@needs_frames
def test_single_frames_of_2026() -> None:
    events = [venue.decode(raw, NOW, {"MATIC": contract("MATIC"), "BTC": BTC}) for raw in recent("HYPERLIQUID")]
    empty_bbo, dead, candle, ack, error = events
    assert empty_bbo == candle == []
    assert [type(e) for e in dead] == [Mark, Index, OpenInterest, Funding]  # premium, midPx, impactPxs: null
    assert ack == [Ack("bbo:BTC")]
    assert error == [Notice("error", 'Already unsubscribed: {"type":"trades","coin":"ETH"}')]


# --- traps ------------------------------------------------------------------------------------------------------


def trade(tid: int, coin: str = "BTC") -> dict[str, object]:
    return {
        "coin": coin, "side": "B", "px": "80639.0", "sz": "0.5", "time": 1_788_490_042_052, "hash": "0x0", "tid": tid,
        "users": ["0x" + "a" * 40, "0x" + "b" * 40],
    }  # fmt: skip


def test_repeated_trades_reach_the_engine_once() -> None:
    sink = Sink()
    router = Router([venue], sink)
    listing = Record(NOW, RecordKind.REPLY, "hyperliquid/rest", "https://api.hyperliquid.xyz/info#type=meta",
                     '{"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40}]}')  # fmt: skip
    router.route(listing)
    for ids in ([1, 2, 3], [4], [2, 3, 4, 5]):  # a new subscription begins at 2 again
        frames = frame("trades", [trade(tid) for tid in ids])
        heard = router.route(Record(NOW, RecordKind.RECV, "hyperliquid/1", "wss://x", frames))
        assert len(heard) == len(ids)  # the watchdog hears all
    assert [e.id for e in sink.events if isinstance(e, Trade)] == ["1", "2", "3", "4", "5"]


def test_what_it_can_beside_the_others_is_said_by_protocols() -> None:
    assert isinstance(venue, RepeatsTrades)
    assert isinstance(venue, PublicPositions)


def test_a_thousand_pepe_at_the_price_of_a_thousand_is_a_thousand_at_the_price_of_one() -> None:
    (one,) = venue.decode(frame("trades", [{**trade(1, "kPEPE"), "px": "0.012", "sz": "500"}]), NOW, LISTED)
    assert isinstance(one, Trade)
    assert (round(one.price, 12), one.size) == (0.000012, 500_000.0)
    assert PEPE.quote_value(one.size, one.price) == 500 * 0.012
    levels = [[{"px": "0.012", "sz": "7", "n": 1}], [{"px": "0.0121", "sz": "8", "n": 2}]]
    (book,) = venue.decode(frame("l2Book", {"coin": "kPEPE", "time": 1, "levels": levels}), NOW, LISTED)
    assert isinstance(book, BookDelta)
    assert (book.bids, book.unit) == ([Level(0.012 / 1000, 7.0)], 1000.0)
    ctx = {"funding": "0.00001", "openInterest": "3000000.0", "oraclePx": "0.0119", "markPx": "0.012"}
    mark, index, interest, _ = venue.decode(frame("activeAssetCtx", {"coin": "kPEPE", "ctx": ctx}), NOW, LISTED)
    assert mark == Mark("kPEPE", NOW, NOW, 0.012 / 1000)
    assert index == Index("PEPE", NOW, NOW, 0.0119 / 1000)
    assert interest == OpenInterest("kPEPE", NOW, NOW, 3e9)


def test_funding_is_per_hour_and_due_on_the_next_one() -> None:
    at = 1_788_490_042_052_000_000  # 2026-09-03 02:47:22.052 UTC
    ctx = {"funding": "0.0000052974", "openInterest": "1", "oraclePx": "80684.7", "markPx": "80640.0"}
    *_, funding = venue.decode(frame("activeAssetCtx", {"coin": "BTC", "ctx": ctx}), at, LISTED)
    assert funding == Funding("BTC", at, at, 0.0000052974, 1_788_490_800_000_000_000, HOUR_NS)


def test_what_a_context_does_not_say_is_left_out() -> None:
    ctx = {"funding": None, "openInterest": "5", "oraclePx": None, "markPx": None}
    assert venue.decode(frame("activeAssetCtx", {"coin": "BTC", "ctx": ctx}), NOW, LISTED) == [
        OpenInterest("BTC", NOW, NOW, 5.0)
    ]


def test_no_frame_makes_a_liquidation() -> None:
    # Only feeds of a single address tell of liquidations; nobody subscribes to them.
    fills = {"isSnapshot": False, "user": "0x0", "fills": [{"liquidation": {"liquidatedUser": "0x0"}}]}
    (event,) = venue.decode(frame("userFills", fills), NOW, LISTED)
    assert isinstance(event, Rejected)


def test_ping_pong_and_answers() -> None:
    assert venue.keepalive.text == '{"method":"ping"}'
    assert venue.keepalive.idle_s < 60
    assert venue.decode('{"channel":"pong"}', NOW, {}) == [Pong()]
    wrong = 'Invalid subscription {"type":"l2Book","coin":"NOPE"}'
    assert venue.decode(frame("error", wrong), NOW, {}) == [Refusal("l2Book:NOPE", "error", "Invalid subscription")]
    again = 'Already subscribed: {"type":"l2Book","coin":"BTC"}'
    assert venue.decode(frame("error", again), NOW, {}) == [Ack("l2Book:BTC")]
    (other,) = venue.decode(frame("error", "Too many\x1b[31m requests"), NOW, {})
    assert other == Refusal(None, "error", "Too many[31m requests")


def test_one_subscription_a_message() -> None:
    streams = venue.subscriptions([BTC], prices_of=[ETH, BTC])
    assert [s.key for s in streams] == ["activeAssetCtx:BTC", "activeAssetCtx:ETH", "trades:BTC", "l2Book:BTC"]
    messages = [json.loads(text) for text in venue.subscribe(streams)]
    assert messages[2] == {"method": "subscribe", "subscription": {"type": "trades", "coin": "BTC"}}
    assert len(messages) == 4
    for stream, message in zip(streams, messages, strict=True):
        echo = frame("subscriptionResponse", message)
        assert venue.decode(echo, NOW, LISTED) == [Ack(stream.key)]
    for message in map(json.loads, venue.unsubscribe(streams)):
        assert venue.decode(frame("subscriptionResponse", message), NOW, LISTED) == []


def test_a_stream_that_dies_alone_is_noticed() -> None:
    silences = {s.key: s.silence_s for s in venue.subscriptions([BTC])}
    assert silences == {"activeAssetCtx:BTC": 60.0, "trades:BTC": None, "l2Book:BTC": 12.0}


def test_the_stream_an_event_came_by() -> None:
    for stream, data in {
        "trades:BTC": frame("trades", [trade(1)]),
        "l2Book:BTC": frame("l2Book", {"coin": "BTC", "time": 1, "levels": [[], []]}),
        "activeAssetCtx:BTC": frame("activeAssetCtx", {"coin": "BTC", "ctx": {"markPx": "1", "oraclePx": "1"}}),
    }.items():
        head, *_ = venue.decode(data, NOW, LISTED)
        assert venue.stream_of(head) == stream


def test_a_coin_that_is_not_listed_is_left_out() -> None:
    nobody: dict[str, Instrument] = {}
    assert venue.decode(frame("trades", [trade(1)]), NOW, nobody) == []
    assert venue.decode(frame("l2Book", {"coin": "BTC", "time": 1, "levels": [[], []]}), NOW, nobody) == []
    assert venue.decode(frame("activeAssetCtx", {"coin": "BTC", "ctx": {"markPx": "1"}}), NOW, nobody) == []
