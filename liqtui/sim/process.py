"""Simulated venues as a child process, for `liqtui demo`."""

import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import msgspec

START_S, STOP_S = 15.0, 2.0


class Endpoints(msgspec.Struct, frozen=True):
    """Where a simulated venue is reached."""

    ws: str
    rest: str


class SimulatorError(RuntimeError):
    """The simulation did not start; the message says what it printed."""


@contextmanager
def running(
    seed: int = 7, *options: str, venues: Sequence[str] = ("okx",)
) -> Iterator[dict[str, Endpoints]]:
    """Start a simulation of `venues` and end it with the block. `options` are those of `python -m liqtui.sim`.

    Raises:
        SimulatorError: it ended, or said nothing for 15 s.
    """
    command = [sys.executable, "-m", "liqtui.sim", "--seed", str(seed), "--venues", ",".join(venues), *options]
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


def _endpoints(child: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> dict[str, Endpoints]:
    assert child.stdout is not None  # it was started with a pipe
    ready, _, _ = select.select([child.stdout], [], [], START_S)
    if not ready:
        raise SimulatorError(f"it said nothing for {START_S:g} s")
    line = child.stdout.readline()
    if line:
        return _parsed(line)
    complaints.seek(0)
    raise SimulatorError(complaints.read().decode("utf-8", "replace").strip()[-500:] or "it ended at once")


def _parsed(line: bytes) -> dict[str, Endpoints]:
    try:
        return msgspec.json.decode(line, type=dict[str, Endpoints])
    except msgspec.DecodeError as error:
        raise SimulatorError(f"it printed {line[:100]!r}") from error
