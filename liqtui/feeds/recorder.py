"""Writes records to a gzip file as they come, so that a kill loses at most the last second."""

import logging
import threading
import time
import zlib
from collections import deque
from pathlib import Path

from liqtui.events import Gap
from liqtui.feeds.records import Record, RecordKind, encode_line, encode_note

_log = logging.getLogger(__name__)

FLUSH_S = 1.0
BOUND_BYTES = 64 * 2**20
"""Raw bytes that may wait for the disk (more than ten seconds of the busiest market); what comes beyond is counted."""
_LINE_BYTES = 120
_CLOSE_S = 5.0
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 4


class Recorder:
    """A recording being written: gzip JSON lines, flushed each second with Z_SYNC_FLUSH.

    `write` never blocks: a thread of its own encodes, packs and writes. When the disk is too slow, records are left
    out and a `Gap` in the recording says how many; when it fails, the recorder stops and `problem` says why.
    """

    def __init__(self, path: Path, *, flush_s: float = FLUSH_S, bound_bytes: int = BOUND_BYTES) -> None:
        """Create the file.

        Raises:
            FileExistsError: a recording is never written over.
            OSError: the file cannot be made.
        """
        self.path = path
        self.problem: str | None = None
        """Why the recorder stopped, once it has."""
        self.lost = 0
        """Records left out because the disk was too slow."""
        self._flush_s, self._bound = flush_s, bound_bytes
        self._file = path.open("xb", buffering=0)
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._waiting: deque[Record] = deque()
        self._waiting_bytes = 0
        self._gap = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def write(self, record: Record) -> None:
        """Keep the record in line for the disk. Never blocks, never raises."""
        if self.problem is not None or self._closing:
            return
        size = len(record.b) + _LINE_BYTES
        with self._lock:
            if self._waiting_bytes + size > self._bound:
                self.lost += 1
                self._gap += 1
                return
            if self._gap:
                self._waiting.append(_hole(record.ns, self._gap))
                self._gap = 0
            self._waiting.append(record)
            self._waiting_bytes += size
        if self._waiting_bytes > self._bound // 8:
            self._wake.set()

    def close(self) -> None:
        """Write what waits and end the file; a disk that hangs is waited for five seconds. Safe to call twice."""
        self._closing = True
        self._wake.set()
        self._thread.join(_CLOSE_S)

    def _work(self) -> None:
        try:
            last = time.monotonic()
            while not self._closing:
                self._wake.wait(max(0.0, last + self._flush_s - time.monotonic()))
                self._wake.clear()
                last = time.monotonic()
                self._put_out(zlib.Z_SYNC_FLUSH)
            self._put_out(zlib.Z_FINISH)
        except OSError as error:
            self.problem = f"recording stopped: {error.strerror or error}"
            _log.info("%s (%s)", self.problem, self.path)
        finally:
            self._file.close()

    def _put_out(self, flush: int) -> None:
        with self._lock:
            records, self._waiting = self._waiting, deque()
            hole, self._gap = (self._gap, 0) if self._closing else (0, self._gap)
        lines = [encode_line(record) for record in records]
        if hole and records:
            lines.append(encode_line(_hole(records[-1].ns, hole)))
        packed = self._packer.compress(b"".join(lines)) + self._packer.flush(flush)
        view = memoryview(packed)
        while view:
            view = view[self._file.write(view) :]
        with self._lock:  # only now: what is being written still takes memory
            self._waiting_bytes -= sum(len(record.b) + _LINE_BYTES for record in records)


def _hole(ns: int, count: int) -> Record:
    note = Gap(None, "recorder", ns, f"{count} records lost: the disk is too slow")
    return Record(ns, RecordKind.NOTE, "recorder", "", encode_note(note))
