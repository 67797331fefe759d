"""A slow way to a terminal, without root: runs a command in a pseudo-terminal, and passes on what it writes at so many
kB/s with a round trip of so many ms, half of it each way; keys are late by the other half.

    python tests/bench/throttle.py [--kb-s 50] [--round-trip 150] -- liqtui demo

Nothing is thrown away, and the way itself holds only what is travelling: a command that writes faster is made to wait
by its terminal, as by one that reads slowly.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import sys
import termios
import time
import tty
from collections import deque
from contextlib import ExitStack, suppress

PIECE_S = 0.01
"""What is read at once takes so long to send."""
KB_S, ROUND_TRIP_MS = 50.0, 150.0


class Late:
    """Bytes on their way: each piece arrives some time after it was sent, in order."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pieces: deque[tuple[float, bytes]] = deque()

    def send(self, data: bytes, arrives: float) -> None:
        self._pieces.append((arrives, data))

    @property
    def next(self) -> float:
        """When the next piece arrives (`time.monotonic`); infinity when there is none."""
        return self._pieces[0][0] if self._pieces else float("inf")

    def deliver(self, now: float) -> None:
        while self._pieces and self._pieces[0][0] <= now:
            rest = self._pieces.popleft()[1]
            while rest:
                rest = rest[os.write(self._fd, rest) :]


def run(command: list[str], bytes_s: float, round_trip_s: float, screen: int = 1, keys: int = 0) -> int:
    """Run `command` behind a way of `bytes_s` and `round_trip_s` from the terminal `screen` and `keys` are.
    Returns its exit code."""
    pid, theirs = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    with ExitStack() as stack:
        if os.isatty(keys):
            before = termios.tcgetattr(keys)
            stack.callback(termios.tcsetattr, keys, termios.TCSADRAIN, before)
            tty.setraw(keys)

            def resize(*_: object) -> None:
                fcntl.ioctl(theirs, termios.TIOCSWINSZ, fcntl.ioctl(keys, termios.TIOCGWINSZ, bytes(8)))

            signal.signal(signal.SIGWINCH, resize)
            resize()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: os.kill(pid, number))
        with suppress(BrokenPipeError):
            _pass_on(theirs, screen, keys, bytes_s, round_trip_s / 2)
    os.close(theirs)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _pass_on(theirs: int, screen: int, keys: int, bytes_s: float, way_s: float) -> None:
    """Until the command has ended and the last it said has arrived."""
    out, back = Late(screen), Late(theirs)
    free, piece = 0.0, max(int(bytes_s * PIECE_S), 1)
    talking, typing = True, True
    while talking or out.next < float("inf"):
        now = time.monotonic()
        sends = talking and now >= free
        until = min(out.next, back.next, free if talking and not sends else float("inf"))
        readable = [theirs] * sends + [keys] * typing
        wait = None if until == float("inf") else max(until - now, 0.0)
        ready = select.select(readable, [], [], wait)[0]
        now = time.monotonic()
        if theirs in ready:
            try:
                data = os.read(theirs, piece)
            except OSError:  # EIO: it has ended
                data = b""
            talking = bool(data)
            free = max(now, free) + len(data) / bytes_s
            out.send(data, free + way_s)
        if keys in ready:
            data = os.read(keys, 1024)
            typing = bool(data)
            back.send(data, now + way_s)
        out.deliver(now)
        with suppress(OSError):  # nobody is there any more to take a key
            back.deliver(now)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a command behind a slow way.")
    parser.add_argument(
        "--kb-s", type=float, default=KB_S, metavar="N", help="kilobytes a second (default: %(default)g)")
    parser.add_argument(
        "--round-trip", type=float, default=ROUND_TRIP_MS, metavar="MS", help="milliseconds (default: %(default)g)")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    return run(asked.command, asked.kb_s * 1e3, asked.round_trip / 1e3)


if __name__ == "__main__":
    sys.exit(main())
