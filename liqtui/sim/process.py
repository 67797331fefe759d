"""The simulated exchange as a child process, for `liqtui demo`."""

import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

import msgspec

START_S, STOP_S = 15.0, 2.0


class Endpoints(NamedTuple):
    """Where a running simulated exchange is reached."""

    ws: str
    rest: str


class SimulatorError(RuntimeError):
    """The simulated exchange did not start; the message says what it printed."""


@contextmanager
def running(seed: int = 7, *options: str) -> Iterator[Endpoints]:
    """Start a simulated exchange and end it with the block. `options` are those of `python -m liqtui.sim`.

    Raises:
        SimulatorError: it ended, or said nothing for 15 s.
    """
    command = [sys.executable, "-m", "liqtui.sim", "--seed", str(seed), *options]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints) as child,
    ):
        try:
            yield _endpoints(child, complaints)
        finally:
            if child.stdin:
                child.stdin.close()
            try:
                child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()


def _endpoints(child: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> Endpoints:
    assert child.stdout is not None  # it was started with a pipe
    ready, _, _ = select.select([child.stdout], [], [], START_S)
    if not ready:
        raise SimulatorError(f"it said nothing for {START_S:g} s")
    line = child.stdout.readline()
    if line:
        return _parsed(line)
    complaints.seek(0)
    raise SimulatorError(complaints.read().decode("utf-8", "replace").strip()[-500:] or "it ended at once")


class _Ready(msgspec.Struct):
    """The line it prints."""

    ws: str
    rest: str


def _parsed(line: bytes) -> Endpoints:
    try:
        ready = msgspec.json.decode(line, type=_Ready)
    except msgspec.DecodeError as error:
        raise SimulatorError(f"it printed {line[:100]!r}") from error
    return Endpoints(ready.ws, ready.rest)
