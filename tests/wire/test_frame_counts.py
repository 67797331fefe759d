"""All real frames of all venues, counted: `pytest tests/wire/test_frame_counts.py -s` prints what they decode to."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from recorded import FRAMES, NOW, historical, needs_frames, recent, stamped

from liqtui.events import Rejected
from liqtui.feeds.capture import capture_files, capture_records
from liqtui.feeds.records import RecordKind
from liqtui.instruments import Instrument, Kind
from liqtui.venues import load, names
from liqtui.venues.base import Venue

# Per venue: files of single frames, captures, packed recordings, and its name among the recent frames.
SOURCES: dict[str, tuple[list[str], list[str], list[str], str]] = {
    "okx": (["okex-futures", "okex-swap", "okex-futures_X-Perp"], ["OKX"], [], "OKX"),
    "binance": (
        ["binance_futures", "binance_delivery"], ["BINANCE_FUTURES", "BINANCE_DELIVERY"],
        ["binance-um-btcusdt-20240808"], "BINANCE_FUTURES",
    ),
    "bybit": (["bybit"], [], [], "BYBIT"),
    "hyperliquid": (["hyperliquid"], [], ["hyperliquid-btc-20250126"], "HYPERLIQUID"),
    "deribit": (["deribit"], ["DERIBIT"], [], ""),
    "bitget": (["bitget-futures", "bitget-futures_v3"], [], [], ""),
    "gate": (["gate-io-futures"], ["GATEIO_FUTURES"], [], ""),
    "bitmex": (["bitmex"], [], [], ""),
    "kraken": (["cryptofacilities"], [], [], ""),
}  # fmt: skip


class Everything(Mapping[str, Instrument]):
    """A listing that has every name: whatever can be read of a frame is read."""

    def __getitem__(self, symbol: str) -> Instrument:
        return Instrument("any", symbol, "A", "USD", "USD", Kind.PERPETUAL, False, 1.0, 0.1, symbol, symbol)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def frames_of(venue: Venue) -> Iterator[tuple[str, str]]:
    """(Where from, frame) of every real frame of a venue."""
    singles, captures, packed, modern = SOURCES[venue.name]
    for name in singles:
        yield from ((name, raw) for raw in historical(name))
    for name in captures:
        hosts = dict.fromkeys(venue.hosts, venue.name)
        records = capture_records(capture_files(FRAMES / "cryptofeed" / name), hosts)
        yield from ((name, record.b) for record in records if record.k is RecordKind.RECV)
    for name in packed:
        yield from ((name, raw) for _, raw in stamped(name))
    if modern:
        yield from (("recent", raw) for raw in recent(modern))


@needs_frames
@pytest.mark.parametrize("name", names())
def test_every_real_frame_is_read_left_out_or_rejected_by_name(name: str) -> None:
    venue, everything = load(name), Everything()
    counted: dict[str, Counter[str]] = {}
    frames: Counter[str] = Counter()
    for source, raw in frames_of(venue):
        events = venue.decode(raw, NOW, everything)
        kinds = sorted({type(event).__name__ for event in events}) or ["left out"]
        counted.setdefault(source, Counter())[" + ".join(kinds)] += 1
        frames[source] += 1
        assert all(event.reason.isprintable() for event in events if isinstance(event, Rejected))
    assert frames
    for source, found in counted.items():
        words = ", ".join(f"{n:,} {kind}" for kind, n in found.most_common())
        sys.stdout.write(f"\n{name:>12} {source:<28} {frames[source]:>6,} frames: {words}")
