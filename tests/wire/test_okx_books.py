"""The 2022 books, rebuilt: OKX's own checksums prove that no level is lost or misread."""

import json
import zlib

from okx_frames import LINEAR, NOW, instrument, needs_frames, okx, recorded_frames

from liqtui.events import BookDelta
from liqtui.market.book import Book

CHECKED_LEVELS = 25
Levels = dict[str, str]


def okx_checksum(bids: Levels, asks: Levels) -> int:
    """CRC-32, signed, of `bid:size:ask:size:…` over 25 levels as the wire spells them; a short side is skipped."""
    best = (sorted(bids.items(), key=lambda x: -float(x[0])), sorted(asks.items(), key=lambda x: float(x[0])))
    words: list[str] = []
    for level in range(CHECKED_LEVELS):
        for side in best:
            words += [word for row in side[level : level + 1] for word in row]
    crc = zlib.crc32(":".join(words).encode())
    return crc - (1 << 32) if crc >= 1 << 31 else crc


class Wire:
    """A book kept as the wire's strings."""

    def __init__(self) -> None:
        self.bids: Levels = {}
        self.asks: Levels = {}

    def apply(self, action: str, row: dict[str, list[list[str]]]) -> None:
        if action == "snapshot":
            self.bids, self.asks = {}, {}
        for side, levels in ((self.bids, row["bids"]), (self.asks, row["asks"])):
            for price, size, *_ in levels:
                if float(size) == 0:
                    side.pop(price, None)
                else:
                    side[price] = size


@needs_frames
def test_every_recorded_checksum_holds_and_our_book_agrees() -> None:
    # The capture asks for the books once, for tickers and trades again and again; a second snapshot would start over.
    units = {"BTC-USDT": 1.0, "BTC-USD-220527": 100.0, "UNI-USD-SWAP": 10.0}
    listed = {s: instrument(s, unit, inverse=unit > 1) for s, unit in units.items()}
    wires = {s: Wire() for s in units}
    books = {s: Book(i) for s, i in listed.items()}
    checked = 0
    for frame in recorded_frames():
        decoded = json.loads(frame)
        if decoded.get("arg", {}).get("channel") != "books" or "data" not in decoded:
            continue
        symbol, (row,) = decoded["arg"]["instId"], decoded["data"]
        wire, book = wires[symbol], books[symbol]
        wire.apply(decoded["action"], row)
        assert okx_checksum(wire.bids, wire.asks) == row["checksum"]
        (delta,) = okx.decode(frame, NOW, listed)
        assert isinstance(delta, BookDelta)
        assert book.apply(delta) is None
        assert book.best_bid == max(map(float, wire.bids))
        assert book.best_ask == min(map(float, wire.asks))
        checked += 1
    assert checked == 290


def frame(action: str, bids: list[list[str]], asks: list[list[str]], seq: int, prev_seq: int) -> str:
    row = {"asks": asks, "bids": bids, "ts": "1790394877200", "checksum": 0, "seqId": seq, "prevSeqId": prev_seq}
    return json.dumps({"arg": {"channel": "books", "instId": LINEAR.symbol}, "action": action, "data": [row]})


def test_a_chain_through_heartbeat_and_reset_stays_valid() -> None:
    book = Book(LINEAR)
    for text, best in (
        (frame("snapshot", [["100.1", "5", "0", "1"]], [["100.2", "7", "0", "2"]], 32032594283, -1), 100.1),
        (frame("update", [["100.1", "0", "0", "0"], ["100.0", "2", "0", "1"]], [], 32032594290, 32032594283), 100.0),
        (frame("update", [], [], 32032594290, 32032594290), 100.0),  # heartbeat
        (frame("update", [["99.9", "4", "0", "1"]], [], 3, 32032594290), 100.0),  # the exchange restarted its numbers
        (frame("update", [["100.0", "0", "0", "0"]], [], 9, 3), 99.9),
    ):
        (delta,) = okx.decode(text, NOW, {LINEAR.symbol: LINEAR})
        assert isinstance(delta, BookDelta)
        assert book.apply(delta) is None
        assert (book.valid, book.best_bid, book.best_ask) == (True, best, 100.2)


def test_a_missing_frame_breaks_the_chain() -> None:
    book = Book(LINEAR)
    listed = {LINEAR.symbol: LINEAR}
    (snapshot,) = okx.decode(frame("snapshot", [["100.1", "5", "0", "1"]], [], 10, -1), NOW, listed)
    (late,) = okx.decode(frame("update", [["100.0", "5", "0", "1"]], [], 12, 11), NOW, listed)
    assert isinstance(snapshot, BookDelta)
    assert isinstance(late, BookDelta)
    assert book.apply(snapshot) is None
    assert book.apply(late) is not None
    assert not book.valid
