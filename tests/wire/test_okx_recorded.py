"""Every recorded OKX frame is read, left out on purpose, or rejected by name. None is lost."""

import json
from collections import Counter

from okx_frames import (
    NOW,
    captured,
    historical,
    instrument,
    listing_of_2022,
    needs_frames,
    okx,
    recent,
    recorded_frames,
)

from liqtui.events import BookDelta, Funding, Index, Liquidation, Listing, Mark, OpenInterest, Rejected, Side, Trade
from liqtui.feeds.records import RecordKind
from liqtui.instruments import Instrument, Kind

pytestmark = needs_frames


def kinds(frames: list[str], listed: dict[str, Instrument]) -> Counter[str]:
    """Event kinds of `frames`; a frame without events counts as its channel and contract."""
    counted: Counter[str] = Counter()
    for frame in frames:
        events = okx.decode(frame, NOW, listed)
        counted.update(type(e).__name__ for e in events)
        if not events:
            arg = json.loads(frame)["arg"]
            counted[f"nothing from {arg['channel']}:{arg['instId']}"] += 1
    return counted


def test_twelve_seconds_of_2022() -> None:
    # 410 frames: 18 answers to subscribing, 290 of books, 74 of trades, 28 of tickers. BTC-USDT is a spot pair.
    assert kinds(recorded_frames(), listing_of_2022()) == {
        "Ack": 18,
        "BookDelta": 99 + 93,  # BTC-USD-220527, UNI-USD-SWAP
        "Trade": 4 + 1,
        "nothing from books:BTC-USDT": 98,
        "nothing from trades:BTC-USDT": 69,
        "nothing from tickers:BTC-USDT": 25,
        "nothing from tickers:BTC-USD-220527": 2,
        "nothing from tickers:UNI-USD-SWAP": 1,
    }


def test_sizes_of_the_dated_inverse_contract_are_dollars() -> None:
    listed = {"BTC-USD-220527": listing_of_2022()["BTC-USD-220527"]}
    events = [e for frame in recorded_frames() for e in okx.decode(frame, NOW, listed)]
    trades = [e for e in events if isinstance(e, Trade)]
    books = [e for e in events if isinstance(e, BookDelta)]
    # The first trade says "px":"30218.8","sz":"1": one contract of 100 USD.
    assert (trades[0].price, trades[0].size, trades[0].buy) == (30218.8, 100.0, True)
    assert trades[0].time_ns == 1_652_459_199_958_000_000
    assert {b.unit for b in books} == {100.0}
    assert [b.snapshot for b in books] == [True] + [False] * 98


def test_listings_of_2022_without_families() -> None:
    per_type: Counter[tuple[str, int]] = Counter()
    for reply in captured(RecordKind.REPLY):
        events = okx.decode_reply(reply.u, reply.b.encode(), NOW, {})
        sizes = [len(e.instruments) for e in events if isinstance(e, Listing)]
        assert len(sizes) == len(events)
        per_type[reply.u.partition("instType=")[2].partition("&")[0], sum(sizes)] += 1
    # Fetched five times; options of two families; spot pairs and options hold nothing for a liquidation map.
    assert per_type == {("SPOT", 0): 5, ("SWAP", 166): 5, ("FUTURES", 104): 5, ("OPTION", 0): 10}


def test_the_dated_contract_as_listed() -> None:
    listed = listing_of_2022()
    assert listed["BTC-USD-220527"] == Instrument(
        venue="okx", symbol="BTC-USD-220527", base="BTC", quote="USD", settle="BTC", kind=Kind.DATED, inverse=True,
        contract_size=100.0, tick=0.1, family="BTC-USD", index="BTC-USD", listed_ns=1_652_429_400_854_000_000,
        expiry_ns=1_653_638_400_000_000_000, max_leverage=125.0, state="live",
    )  # fmt: skip
    swap = listed["BTC-USDT-SWAP"]
    assert (swap.kind, swap.expiry_ns, swap.inverse, swap.contract_size) == (Kind.PERPETUAL, None, False, 0.01)
    assert {i.contract_size for i in listed.values() if i.inverse} == {100.0, 10.0}  # dollars: bitcoin, the others


def test_futures_of_2019_to_2023() -> None:
    listed = {
        i.symbol: i
        for i in (
            instrument("ADA-USDT-211224", 100.0),
            instrument("LTC-USDT-220624", 1.0),
            instrument("FIL-USDT-220325", 0.1),
            instrument("XRP-USD-230929", 10.0, inverse=True),
        )
    }
    frames = historical("okex-futures.jsonl")
    assert kinds(frames, listed) == {
        "Rejected": 9 + 1,
        "BookDelta": 2,
        "Mark": 2,
        "Liquidation": 1,
        "nothing from price-limit:XRP-USD-211231": 1,
    }
    events = [e for frame in frames for e in okx.decode(frame, NOW, listed)]
    assert [e.price for e in events if isinstance(e, Mark)] == [36.232, 36.662]
    reasons = Counter(e.reason.partition(":")[0] for e in events if isinstance(e, Rejected))
    assert reasons == {"OKX v3 frame (retired 2021)": 9, "channel liquidations": 1}
    # "posSide":"short","side":"buy","sz":"39": a short of 39 contracts of 10 USD.
    (liquidation,) = (e for e in events if isinstance(e, Liquidation))
    assert liquidation == Liquidation(
        "XRP-USD-230929", 1_680_173_247_614_000_000, NOW, Side.SHORT, 390.0, 0.55205
    )


def test_swaps_of_2019_to_2022() -> None:
    listed = {s: instrument(s, 1.0) for s in ("WNCG-USDT-SWAP", "SOS-USDT-SWAP", "BTC-USDT-SWAP")}
    frames = historical("okex-swap.jsonl")
    assert kinds(frames, listed) == {
        "Rejected": 5,
        "Funding": 2,
        "Mark": 1,
        "nothing from tickers:WNCG-USDT-SWAP": 1,
        "nothing from bbo-tbt:BTC-USDT-SWAP": 1,
    }
    paid, unknown = (e for frame in frames for e in okx.decode(frame, NOW, listed) if isinstance(e, Funding))
    assert (paid.rate, paid.next_ns, paid.interval_ns) == (0.00048105, 1_640_131_200_000_000_000, None)
    assert paid.time_ns == NOW  # frames of 2021 do not say when they were made
    assert unknown.rate is None


def test_an_index_of_2026() -> None:
    (frame,) = historical("okex-futures_X-Perp.jsonl")
    assert okx.decode(frame, NOW, {}) == [Index("BTC-USD", 1_785_870_839_964_000_000, NOW, 64280.0)]


def test_liquidations_and_open_interest_of_2025_and_2026() -> None:
    listed = {
        "CELO-USDT-SWAP": instrument("CELO-USDT-SWAP", 1.0),
        "MINA-USDT-SWAP": instrument("MINA-USDT-SWAP", 1.0),
        "BTC-USD-SWAP": instrument("BTC-USD-SWAP", 100.0, inverse=True),
    }
    assert [e for frame in recent() for e in okx.decode(frame, NOW, listed)] == [
        Liquidation("CELO-USDT-SWAP", 1_791_565_462_608_000_000, NOW, Side.SHORT, 19979.0, 0.09583),
        Liquidation("MINA-USDT-SWAP", 1_789_678_209_470_000_000, NOW, Side.SHORT, 10975.0, 0.09859),
        # 8,824,028 contracts × 100 USD; over the frame's own 9,450.48 BTC that is 93,371 USD, the price of that night.
        OpenInterest("BTC-USD-SWAP", 1_735_689_601_474_000_000, NOW, 882_402_800.0),
    ]
