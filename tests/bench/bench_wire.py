"""Recorded OKX frames to events and books: ours against cryptofeed's handler and against `orjson.loads` alone.

All three get the same text, one frame at a time. Ours: `decode_frame`, and `Book.apply` for books. cryptofeed:
`OKX.message_handler`, which normalises and applies, with a callback that counts. Checksums are off on both sides. Both
sort a book only when it is read, and nobody reads it here; what that costs us has a row of its own.
"""

import contextlib
import gc
import importlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from result import Result, SkippedError, at_least, at_most

from liqtui.events import BookDelta
from liqtui.feeds.capture import capture_files, capture_records
from liqtui.feeds.records import RecordKind
from liqtui.instruments import Instrument, Kind
from liqtui.market.book import Book
from liqtui.venues.base import VenueSettings
from liqtui.venues.okx import create

CAPTURE = Path(__file__).parents[3] / "shared" / "frames" / "cryptofeed" / "OKX"
OKX = create(VenueSettings())
ROUNDS = 25
NOW = 1_800_000_000_000_000_000
Timed = Callable[[], object]
Prepare = Callable[[list[str]], Timed]
"""Makes what reads the frames ready, outside the timing: fresh books, a new handler."""


def run() -> list[Result]:
    """Ratios per channel and over both.

    Raises:
        SkippedError: there are no recorded frames, or no orjson.
    """
    groups, listing = read_capture()
    readers = [ours, orjson_alone(needed("orjson"))]
    missing = ""
    try:
        readers.append(cryptofeed_handler(listing))
    except SkippedError as error:
        missing = str(error)
    results = [] if not missing else [Result("cryptofeed", None, "", note=missing)]
    for name, group in groups.items():
        mine, bare, *peers = fastest(readers, group)
        bytes_each = sum(map(len, group)) / len(group)
        goals = name == "books"
        results += [
            Result(
                f"{name}: faster than cryptofeed", peer / mine, "×", at_least(5.0) if goals else None,
                note=f"{mine / 1e3:.2f} µs a frame, cryptofeed {peer / 1e3:.2f}",
            )
            for peer in peers
        ]  # fmt: skip
        results.append(Result(
            f"{name}: time over orjson.loads", mine / bare, "×", at_most(2.0),
            "a Struct a trade, in a frame so short that what parses it hardly shows" if name == "trades" else "",
            note=f"orjson {bare / 1e3:.2f} µs; {len(group)} frames of {bytes_each:,.0f} B",
        ))  # fmt: skip
    results.append(Result("a book read after a change", reading_us(groups["books"]), "µs", note="four times a second"))
    return results


def reading_us(group: list[str]) -> float:
    """Microseconds to sort the last book of the capture and sum its depth."""
    listed = {symbol: contract(symbol) for symbol in symbols_of(group)}
    deltas = [e for text in group for e in OKX.decode(text, NOW, listed) if type(e) is BookDelta]
    last = deltas[-1]
    book = Book(listed[last.symbol])
    for delta in deltas:
        if delta.symbol == last.symbol:
            book.apply(delta)
    best = math.inf
    for _ in range(ROUNDS):
        book.apply(last)
        start = time.perf_counter_ns()
        book.depth_within(1.0)
        best = min(best, time.perf_counter_ns() - start)
    return best / 1e3


def read_capture() -> tuple[dict[str, list[str]], list[Any]]:
    """The data frames of the capture of 2022 by channel, and its listing as the venue sent it.

    Tickers are left out: cryptofeed reads them, we do not.
    """
    if not CAPTURE.is_dir():
        raise SkippedError("the recorded frames are not beside this repository")
    records = list(capture_records(capture_files(CAPTURE), dict.fromkeys(OKX.hosts, OKX.name)))
    data = [r.b for r in records if r.k is RecordKind.RECV and '"data":' in r.b]
    groups = {name: [text for text in data if f'"channel":"{name}"' in text] for name in ("books", "trades")}
    both = [text for text in data if '"channel":"tickers"' not in text]
    listing = [json.loads(r.b) for r in records if r.k is RecordKind.REPLY]
    return {**groups, "books and trades": both}, listing


def fastest(readers: list[Prepare], group: list[str]) -> list[float]:
    """Nanoseconds a frame of each, the best of interleaved rounds, so that the machine's other work hits all alike."""
    best = [math.inf] * len(readers)
    for _ in range(ROUNDS):
        for i, reader in enumerate(readers):
            work = reader(group)
            gc.collect()
            gc.disable()
            start = time.perf_counter_ns()
            work()
            best[i] = min(best[i], (time.perf_counter_ns() - start) / len(group))
            gc.enable()
    return best


def ours(group: list[str]) -> Timed:
    """From the wire to events, and to books."""
    listed = {symbol: contract(symbol) for symbol in symbols_of(group)}
    books = {symbol: Book(instrument) for symbol, instrument in listed.items()}
    decode = OKX.decode

    def work() -> None:
        for text in group:
            for event in decode(text, NOW, listed):
                if type(event) is BookDelta:
                    books[event.symbol].apply(event)

    said = [event for text in group for event in decode(text, NOW, listed)]
    assert len(said) >= len(group), "every frame says something"
    return work


def orjson_alone(orjson: Any) -> Prepare:
    """The parser and nothing else."""
    loads = orjson.loads

    def prepare(group: list[str]) -> Timed:
        def work() -> None:
            for text in group:
                loads(text)

        return work

    return prepare


def cryptofeed_handler(listing: list[Any]) -> Prepare:
    """cryptofeed's OKX feed without a network: its symbols come from the capture, its callbacks count.

    Raises:
        SkippedError: cryptofeed is not installed, or does not run here.
    """
    okx: Any = needed("cryptofeed.exchanges").OKX
    names, info = okx._parse_symbol_data(listing)
    needed("cryptofeed.symbols").Symbols.set(okx.id, names, info)
    told = [0]

    async def count(_event: object, _received: float) -> None:
        told[0] += 1

    def prepare(group: list[str]) -> Timed:
        wanted = symbols_of(group)
        feed = okx(
            symbols=[name for name, native in names.items() if native in wanted], channels=["l2_book", "trades"],
            callbacks={"l2_book": count, "trades": count}, checksum_validation=False,
        )  # fmt: skip

        async def read() -> None:
            for text in group:
                await feed.message_handler(text, None, 0.0)

        def work() -> None:
            told[0] = 0
            with contextlib.suppress(StopIteration):  # nothing in it waits, so no loop is needed
                read().send(None)
            assert told[0] >= len(group), "every frame says something"

        return work

    return prepare


def symbols_of(group: list[str]) -> set[str]:
    return {json.loads(text)["arg"]["instId"] for text in group}


def contract(symbol: str) -> Instrument:
    """What decoding needs to know of an instrument."""
    base, quote = symbol.split("-")[:2]
    return Instrument(
        venue="okx", symbol=symbol, base=base, quote=quote, settle=base, kind=Kind.PERPETUAL, inverse=True,
        contract_size=100.0, tick=0.1, family=f"{base}-{quote}", index=f"{base}-{quote}",
    )  # fmt: skip


def needed(module: str) -> Any:
    """A peer.

    Raises:
        SkippedError: it is not installed, or does not load.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SkippedError(f"{error}; pip install -e '.[bench]'") from error
