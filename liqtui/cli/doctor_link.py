"""What the terminal at the other end says of itself, and how fast the way there is. Nothing visible is printed."""

import contextlib
import os
import re
import select
import termios
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from liqtui.cli.doctor_checks import Finding

ANSWER_S = 1.0
"""A terminal that says nothing for so long does not know the question."""
ROUNDS = 5
PAYLOAD = b"\x1b[0m" * 8_192
"""32 kB that leave the picture as it is."""
_POSITION = b"\x1b[6n"
_POSITION_IS = re.compile(rb"\x1b\[\d+;\d+R")
_NAME, _NAME_IS = b"\x1b[>q", re.compile(rb"\x1bP>\|([^\x1b]{1,80})\x1b\\")
_SYNC, _SYNC_IS = b"\x1b[?2026$p", re.compile(rb"\x1b\[\?2026;(\d)\$y")
SLOW_MS = 200.0
LITTLE_KB_S = 100.0


@dataclass(frozen=True, slots=True)
class Link:
    """The way to the terminal and back. None: it did not answer."""

    round_trip_ms: float | None
    kb_s: float | None
    """Kilobytes a second it takes, the round trip subtracted."""
    name: str
    """What it calls itself; empty if it does not say."""
    synchronized: bool
    """It shows whole frames at once when asked to (mode 2026)."""


def measured(reads: int, writes: int) -> Link:
    """Ask the terminal behind two file descriptors. Takes some round trips, seconds at most.

    Raises:
        OSError, termios.error: they are no terminal.
    """
    with _raw(reads):
        trips = []
        for _ in range(ROUNDS):
            trip = _asked(reads, writes, _POSITION, _POSITION_IS)
            if trip is None:
                return Link(None, None, "", synchronized=False)
            trips.append(trip[0])
        trip_s = median(trips)
        loaded = _asked(reads, writes, PAYLOAD + _POSITION, _POSITION_IS, 10.0)
        drained_s = None if loaded is None else max(loaded[0] - trip_s, 1e-4)
        # Followed by a question that every terminal answers: who does not know the first is not waited for.
        name = _asked(reads, writes, _NAME + _POSITION, _POSITION_IS)
        sync = _asked(reads, writes, _SYNC + _POSITION, _POSITION_IS)
    called = None if name is None else _NAME_IS.search(name[1])
    mode = None if sync is None else _SYNC_IS.search(sync[1])
    return Link(
        1e3 * trip_s, None if drained_s is None else len(PAYLOAD) / drained_s / 1e3,
        "" if called is None else "".join(c for c in called[1].decode("utf-8", "replace") if c.isprintable()),
        synchronized=mode is not None and mode[1] in (b"1", b"2"),
    )


def findings(link: Link) -> list[Finding]:
    """The link in words, and what to do about a slow one."""
    if link.round_trip_ms is None:
        return [Finding(False, "the terminal does not answer questions: the link is not measured")]
    trip, rate = link.round_trip_ms, link.kb_s
    slow = trip > SLOW_MS or (rate is not None and rate < LITTLE_KB_S)
    words = f"round trip {trip:.1f} ms"
    if rate is not None:
        words += f", takes {rate / 1e3:.1f} MB/s" if rate >= 1e3 else f", takes {rate:.0f} kB/s"
    advice = "`ssh -C` compresses the picture tenfold; --fps 2 halves it; one pane needs some 10 kB/s" if slow else ""
    out = [Finding(not slow, words, advice)]
    if link.name:
        out.append(Finding(True, f"the terminal is {link.name}"))
    out.append(Finding(True, f"synchronized frames: {'yes' if link.synchronized else 'no (a frame may be seen half)'}"))
    return out


def _asked(
    reads: int, writes: int, question: bytes, answer: re.Pattern[bytes], patience_s: float = ANSWER_S
) -> tuple[float, bytes] | None:
    """Seconds until the answer is there, and all that came; None: it never came."""
    started, came = time.perf_counter(), b""
    _write_all(writes, question)
    while (left := patience_s - (time.perf_counter() - started)) > 0:
        ready, _, _ = select.select([reads], [], [], left)
        if ready:
            came += os.read(reads, 4096)
            if answer.search(came):
                return time.perf_counter() - started, came
    return None


def _write_all(writes: int, data: bytes) -> None:
    while data:
        data = data[os.write(writes, data) :]


@contextlib.contextmanager
def _raw(reads: int) -> Iterator[None]:
    """Characters as they come, unechoed, for as long as the block runs."""
    before = termios.tcgetattr(reads)
    try:
        tty.setraw(reads, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(reads, termios.TCSAFLUSH, before)
