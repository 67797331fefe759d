"""Reads captures in cryptofeed's text format.

A line is one of (`epoch` in seconds, with a fraction):

    URL <-> epoch            a socket opened
    URL <- epoch: MSG        sent
    epoch: MSG               received, on the socket opened before it
    URL -> epoch: BODY       a REST answer
    configuration: {…}       what was asked of cryptofeed; not read

One capture is several files, one per connection, merged by time here.
"""

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from liqtui.events import Gap
from liqtui.feeds.records import Record, RecordKind, encode_note

_CALL = re.compile(r"(\S+) (<->|<-|->) (\d+(?:\.\d+)?)(?:: (.*))?")
_RECEIVED = re.compile(r"(\d+(?:\.\d+)?): (.*)")
_KINDS = {"<->": RecordKind.CONNECT, "<-": RecordKind.SEND, "->": RecordKind.REPLY}
_SKIPPED = "configuration: "


def is_capture(first_line: str) -> bool:
    """Whether a file that begins so is a capture."""
    return bool(_CALL.fullmatch(first_line) or _RECEIVED.fullmatch(first_line)) or first_line.startswith(_SKIPPED)


def capture_files(path: Path) -> list[Path]:
    """The files of a capture: those of a directory, or a file and its siblings (`OKX.ws.1.0` → `OKX.*`)."""
    if path.is_dir():
        return sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
    stem = path.name.partition(".")[0]
    return sorted(p for p in path.parent.iterdir() if p.is_file() and p.name.partition(".")[0] == stem)


def capture_records(files: Sequence[Path], venue_of: Mapping[str, str]) -> Iterator[Record]:
    """All records of the files by time.

    REST answers that came before the first socket opened get its time: a listing fetched minutes earlier is known at
    the start, and nobody waits for it.

    Args:
        files: of one capture.
        venue_of: the venue of a URL's host.

    Raises:
        LookupError: a host belongs to no venue; the error names it.
    """
    start = min((record.ns for path in files for record in _socket_start(path, venue_of)), default=0)
    for record in heapq.merge(*(_file(path, venue_of) for path in files), key=lambda record: record.ns):
        if record.ns < start and record.k is RecordKind.REPLY:
            yield Record(start, record.k, record.c, record.u, record.b)
        else:
            yield record


def _socket_start(path: Path, venue_of: Mapping[str, str]) -> Iterator[Record]:
    for record in _file(path, venue_of):
        if record.k is not RecordKind.REPLY:
            yield record
            return


def _file(path: Path, venue_of: Mapping[str, str]) -> Iterator[Record]:
    url, connection, last = "", "", 0
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, text in enumerate(lines, 1):
            line = text.rstrip("\n")
            if not line or line.startswith(_SKIPPED):
                continue
            call = _CALL.fullmatch(line)
            received = None if call else _RECEIVED.fullmatch(line)
            if call is not None:
                kind = _KINDS[call[2]]
                venue = _venue(call[1], venue_of)
                last = max(last, _ns(call[3]))
                if kind is RecordKind.REPLY:
                    yield Record(last, kind, f"{venue}/rest", call[1], call[4] or "")
                else:
                    url, connection = call[1], f"{venue}/{path.name}"
                    yield Record(last, kind, connection, url, call[4] or "")
            elif received is not None and url:
                last = max(last, _ns(received[1]))
                yield Record(last, RecordKind.RECV, connection, url, received[2])
            else:
                note = Gap(None, "capture", last, f"{path.name}: line {number} cannot be read")
                yield Record(last, RecordKind.NOTE, connection or "capture", url, encode_note(note))


def _venue(url: str, venue_of: Mapping[str, str]) -> str:
    host = urlsplit(url).hostname or ""
    venue = venue_of.get(host)
    if venue is None:
        raise LookupError(host)
    return venue


def _ns(seconds: str) -> int:
    """Decimal seconds to ns without the rounding of a float."""
    whole, _, fraction = seconds.partition(".")
    return int(whole) * 10**9 + int(fraction[:9].ljust(9, "0"))
