"""Opens recordings: our own gzip JSON lines, whole or cut short, and cryptofeed captures."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from liqtui.events import Follow, Gap
from liqtui.feeds.capture import capture_files, capture_records, is_capture
from liqtui.feeds.records import Record, RecordKind, decode_line, decode_note, encode_note
from liqtui.instruments import Name
from liqtui.venues.base import Venue

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 256 * 1024
_NOTE = b'"k":"note"'


class RecordingError(Exception):
    """A file that is no recording, or one of nobody we know."""


class Recording:
    """A recording on disk. `records` reads it from the start each time; nothing is kept in memory."""

    def __init__(
        self, path: Path, records: Callable[[], Iterator[Record]], span_ns: tuple[int, int],
        watched: tuple[Name, ...], truncated: bool,
    ) -> None:
        self.path = path
        self.records = records
        self.span_ns = span_ns
        """Time of the first and of the last record."""
        self.watched = watched
        """Instruments that were followed, in the order they were asked for; empty for a capture."""
        self.truncated = truncated
        """The end is missing (a kill, or it is still being written); what was flushed before is all there."""


def open_recording(path: Path, venues: Sequence[Venue]) -> Recording:
    """Look through a recording of either format.

    Raises:
        RecordingError: it is none, it is empty, or a capture of a host no venue speaks for.
        OSError: it cannot be read.
    """
    if path.is_dir():
        files = [file for file in capture_files(path) if _begins_a_capture(_head(file))]
        if not files:
            raise RecordingError(f"{path.name}: a folder without a cryptofeed capture")
        return _capture(path, files, venues)
    head = _head(path)
    if head.startswith(_GZIP_MAGIC):
        return _own(path)
    if _begins_a_capture(head):
        return _capture(path, capture_files(path), venues)
    raise RecordingError(f"{path.name}: neither a liqtui recording (gzip JSON lines) nor a cryptofeed capture")


def is_recording(path: Path) -> bool:
    """Whether a file begins like a recording, or is a folder, which may hold a capture.

    Raises:
        OSError: it cannot be read.
    """
    if path.is_dir():
        return True
    head = _head(path)
    return head.startswith(_GZIP_MAGIC) or _begins_a_capture(head)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _begins_a_capture(head: bytes) -> bool:
    """Whether the first line is a capture's; of one longer than `head`, whether it begins so."""
    return is_capture(head.partition(b"\n")[0].decode("utf-8", "ignore"))


def _own(path: Path) -> Recording:
    lines = _Lines(path)
    first = last = None
    watched: dict[Name, None] = {}
    for line in lines:
        try:
            if first is None:
                first = last = decode_line(line).ns
            else:
                last = int(line[6 : line.index(b",")])  # {"ns":123,… — the first key of every record
            if _NOTE in line:
                record = decode_line(line)
                note = decode_note(record.b)
                if isinstance(note, Follow) and note.on and not note.brief:
                    watched[Name(record.venue, note.symbol)] = None
        except (msgspec.MsgspecError, ValueError):
            if first is None:
                raise RecordingError(f"{path.name}: gzip, but not of liqtui's lines: {_glimpse(line)}") from None
    if first is None or last is None:
        raise RecordingError(f"{path.name}: an empty recording")
    return Recording(path, lambda: _own_records(path), (first, last), tuple(watched), lines.truncated)


def _own_records(path: Path) -> Iterator[Record]:
    ns = 0
    for number, line in enumerate(_Lines(path), 1):
        try:
            record = decode_line(line)
        except msgspec.MsgspecError as error:
            gap = Gap(None, "recording", ns, f"line {number} cannot be read: {error}")
            record = Record(ns, RecordKind.NOTE, "recording", "", encode_note(gap))
        ns = max(ns, record.ns)
        yield record


class _Lines:
    """The whole lines of a gzip file, as far as it goes. `truncated` is known after the last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.truncated = False

    def __iter__(self) -> Iterator[bytes]:
        unpacker, rest = zlib.decompressobj(16 + zlib.MAX_WBITS), b""
        with self._path.open("rb") as file:
            while packed := file.read(_CHUNK):
                try:
                    text = unpacker.decompress(packed)
                except zlib.error:
                    self.truncated = True
                    return
                *lines, rest = (rest + text).split(b"\n")
                yield from lines
        self.truncated = not unpacker.eof


def _capture(path: Path, files: Sequence[Path], venues: Sequence[Venue]) -> Recording:
    venue_of = {host: venue.name for venue in venues for host in venue.hosts}
    first = last = None
    try:
        for record in capture_records(files, venue_of):
            first, last = record.ns if first is None else first, record.ns
    except LookupError as error:
        known = ", ".join(sorted({venue.name for venue in venues}))
        raise RecordingError(f"{path.name}: {error.args[0]!r} is no host of a known venue ({known})") from None
    if first is None or last is None:
        raise RecordingError(f"{path.name}: an empty capture")
    return Recording(path, lambda: capture_records(files, venue_of), (first, last), (), False)


def _glimpse(line: bytes) -> str:
    text = line[:60].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "·" for c in text)
