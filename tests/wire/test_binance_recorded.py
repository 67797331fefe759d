"""Every recorded Binance frame is read, left out on purpose, or rejected by name. None is lost."""

from collections import Counter
from collections.abc import Iterable

from binance_frames import (
    LISTED,
    NOW,
    binance,
    captured,
    five_minutes_of_2024,
    historical,
    inverse,
    linear,
    listing_of_2021,
    needs_frames,
    recent,
)

from liqtui.events import (
    BookDelta,
    Funding,
    Index,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Rejected,
    Side,
    Tiers,
    Trade,
)
from liqtui.feeds.records import RecordKind
from liqtui.instruments import Instrument, Kind

pytestmark = needs_frames

def kinds(frames: Iterable[str], listed: dict[str, Instrument]) -> Counter[str]:
    """Event kinds of `frames`; a frame without events counts as its kind of stream."""
    counted: Counter[str] = Counter()
    for frame in frames:
        events = binance.decode(frame, NOW, listed)
        counted.update(type(e).__name__ for e in events)
        if not events:
            name = frame.partition('"stream":"')[2].partition('"')[0]
            counted[f"nothing from {name.partition('@')[2] or frame}"] += 1
    return counted


def test_half_a_minute_of_linear_contracts() -> None:
    # 1,535 frames of four contracts.
    frames = [record.b for record in captured("BINANCE_FUTURES", RecordKind.RECV)]
    assert kinds(frames, listing_of_2021("BINANCE_FUTURES")) == {
        "BookDelta": 764,
        "Trade": 91,
        "nothing from bookTicker": 613,
        "nothing from kline_1m": 67,
    }


def test_half_a_minute_of_inverse_contracts() -> None:
    # 4,371 frames of ten contracts, four of them dated.
    frames = [record.b for record in captured("BINANCE_DELIVERY", RecordKind.RECV)]
    assert kinds(frames, listing_of_2021("BINANCE_DELIVERY")) == {
        "BookDelta": 2047,
        "Trade": 51,
        "nothing from bookTicker": 2240,
        "nothing from kline_1m": 33,
    }


def test_five_minutes_of_2024() -> None:
    # 93,954 frames. One is a REST answer written between the others: it does not say whose book it is.
    assert kinds((frame for _, frame in five_minutes_of_2024()), LISTED) == {
        "BookDelta": 6551,
        "Trade": 21313,
        "Rejected": 1,
        "nothing from bookTicker": 66089,
    }


def test_contracts_unknown_to_the_listing_are_left_out() -> None:
    frames = [record.b for record in captured("BINANCE_DELIVERY", RecordKind.RECV)]
    assert not any(binance.decode(frame, NOW, {}) for frame in frames)


def test_single_frames_of_linear_contracts() -> None:
    listed = {s: linear(s) for s in ("BTCUSDT", "ETHUSDT")}
    events = [e for frame in historical("binance_futures") for e in binance.decode(frame, NOW, listed)]
    assert Counter(type(e).__name__ for e in events) == {
        "Trade": 2, "Mark": 1, "Funding": 1, "BookDelta": 1, "OpenInterest": 1, "Liquidation": 1,
    }  # fmt: skip
    trades = [e for e in events if isinstance(e, Trade)]
    # The frame of 2019 has no id of its own; its last fill stands for it. A fill by the insurance fund is no trade.
    assert trades == [
        Trade("BTCUSDT", 1_568_693_103_463_000_000, NOW, 10223.74, 0.236, True, "181349"),
        Trade("BTCUSDT", 1_574_381_164_086_000_000, NOW, 7627.60, 0.044, True, "10934580"),
    ]
    (liquidation,) = (e for e in events if isinstance(e, Liquidation))
    # "S":"BUY","q":"0.014","p":"4793.91","ap":"4706.04","l":"0.015","z":"0.014": bought back: a short, 0.014 at 4706.
    assert liquidation == Liquidation("BTCUSDT", 1_584_059_031_421_000_000, NOW, Side.SHORT, 0.014, 4706.04)
    (funding,) = (e for e in events if isinstance(e, Funding))
    assert (funding.rate, funding.next_ns, funding.interval_ns) == (0.0001, 1_569_916_800_000_000_000, None)
    # A recorder's copies of REST answers: without a time they are from when they came.
    (interest,) = (e for e in events if isinstance(e, OpenInterest))
    assert interest == OpenInterest("BTCUSDT", NOW, NOW, 26286.181)
    (book,) = (e for e in events if isinstance(e, BookDelta))
    assert (book.snapshot, book.seq, len(book.bids), len(book.asks)) == (True, 687687945, 1, 2)


def test_single_frames_of_inverse_contracts() -> None:
    dated = inverse("BTCUSD_200925", 100.0, expiry_ns=1_601_020_800_000_000_000)
    listed = {dated.symbol: dated, "ETCUSDT": linear("ETCUSDT")}
    frames = historical("binance_delivery")
    assert kinds(frames, listed) == {
        'nothing from {"id":1000,"result":null}': 1,
        "BookDelta": 1,
        "Index": 1,
        "nothing from ticker": 1,
        "Trade": 1,
        "nothing from trade": 1,  # taken over by ADL
    }
    events = [e for frame in frames for e in binance.decode(frame, NOW, listed)]
    (book,) = (e for e in events if isinstance(e, BookDelta))
    assert (book.unit, book.first_seq, book.seq, book.prev_seq) == (100.0, 37471290, 37471292, 37471291)
    (trade,) = (e for e in events if isinstance(e, Trade))
    assert (trade.price, trade.size) == (9504.9, 100.0)  # one contract of 100 USD
    assert Index("BTCUSD", 1_592_265_601_001_000_000, NOW, 9429.39675) in events


def test_frames_of_2026() -> None:
    listed = {s: linear(s) for s in ("BTCUSDT", "ETHUSDT", "MANTAUSDT", "AINUSDT")}
    streamed = [line["raw"] for line in recent() if not line["kind"].startswith("REST")]
    assert kinds(streamed, listed) == {
        "Trade": 4,
        "Mark": 1,
        "Index": 1,
        "Funding": 1,
        "Liquidation": 4,
        "nothing from bookTicker": 2,
        "nothing from kline_1m": 1,
    }
    events = [e for frame in streamed for e in binance.decode(frame, NOW, listed)]
    assert [e for e in events if isinstance(e, Mark | Index | Funding)] == [
        Mark("BTCUSDT", 1_790_526_540_003_000_000, NOW, 84551.11197101),
        Index("BTCUSDT", 1_790_526_540_003_000_000, NOW, 84590.8773913),
        Funding("BTCUSDT", 1_790_526_540_003_000_000, NOW, 0.00000801, 1_790_553_600_000_000_000, None),
    ]
    assert [(e.symbol, e.side, e.size, e.price) for e in events if isinstance(e, Liquidation)] == [
        ("BTCUSDT", Side.LONG, 0.190, 82651.90),  # not its last fill "l":"0.155", nor its order price 82,338.30
        ("MANTAUSDT", Side.LONG, 2049.1, 0.0722187),
        ("AINUSDT", Side.LONG, 1861.0, 0.0387407),
        ("BTCUSDT", Side.SHORT, 0.001, 83598.50),
    ]


def test_open_interest_of_2026_by_rest() -> None:
    (line,) = (line for line in recent() if line["kind"] == "REST openInterest")
    url = f"{line['url']}?symbol=BTCUSDT"
    assert binance.decode_reply(url, line["raw"].encode(), NOW, LISTED) == [
        OpenInterest("BTCUSDT", 1_791_269_771_665_000_000, NOW, 95253.475)
    ]


def test_listings_of_2021() -> None:
    um, cm = listing_of_2021("BINANCE_FUTURES"), listing_of_2021("BINANCE_DELIVERY")
    assert (len(um), len(cm)) == (121, 36)
    assert Counter(i.kind for i in um.values()) == {Kind.PERPETUAL: 119, Kind.DATED: 2}
    assert Counter(i.kind for i in cm.values()) == {Kind.PERPETUAL: 18, Kind.DATED: 18}
    assert {i.contract_size for i in cm.values() if i.base == "BTC"} == {100.0}
    assert {i.contract_size for i in cm.values() if i.base != "BTC"} == {10.0}
    assert um["BTCUSDT_210924"].expiry_ns == 1_632_470_400_000_000_000  # 2021-09-24 08:00 UTC, as its listing says
    assert um["BTCUSDT"].expiry_ns is None, "2100-12-25 means never"
    assert um["1000SHIBUSDT"].base == "SHIB"
    assert (um["1000SHIBUSDT"].contract_size, um["1000SHIBUSDT"].tick) == (1000.0, 1e-9)
    assert um["1INCHUSDT"].base == "1INCH"
    assert um["BTCUSDT_210924"].family == um["BTCUSDT"].family == "BTCUSDT"
    assert cm["BTCUSD_211231"].family == cm["BTCUSD_PERP"].family == "BTCUSD"
    assert um["BTCUSDT"].max_leverage == 125.0
    assert cm["BTCUSD_PERP"].max_leverage is None, "nobody tells it without an account"


def test_answers_of_the_captures() -> None:
    for market, books in (("BINANCE_FUTURES", 4), ("BINANCE_DELIVERY", 10)):
        listed, found = listing_of_2021(market), Counter[type]()
        for reply in captured(market, RecordKind.REPLY):
            found.update(type(e) for e in binance.decode_reply(reply.u, reply.b.encode(), NOW, listed))
        assert (found[BookDelta], found[Listing], found[Rejected]) == (books, 1, 0)
        assert (found[Tiers] > 100) == (market == "BINANCE_FUTURES")
