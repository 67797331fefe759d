"""Slow, frozen and vanished terminals: the program never waits for them, and always gives them back."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liqtui.ui.outlet import LEAST, MARKS, MOST, Outlet

from .terminal import Terminal

PROGRAM = Path(__file__).parent / "pty_program.py"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report"


@pytest.fixture
def terminal(report: Path) -> Iterator[Terminal]:
    opened = Terminal(PROGRAM, str(report))
    yield opened
    opened.close()


def looks_and_backlog(report: Path) -> tuple[int, int]:
    for _ in range(100):
        words = report.read_text().split() if report.exists() else []
        if len(words) == 3:
            return int(words[0]), int(words[1])
        time.sleep(0.01)
    raise AssertionError("the program never reported")


def test_a_frozen_terminal_stops_nothing_and_catches_up_at_once(terminal: Terminal, report: Path) -> None:
    assert terminal.read(10, until="CLUSTERS"), terminal.raw
    before, _ = looks_and_backlog(report)
    time.sleep(4)  # nobody reads
    after, backlog = looks_and_backlog(report)
    assert after - before > 4 * 10 * 0.6  # ten beats a second, on a busy machine
    assert backlog < MOST + 60_000  # what was allowed, and one whole frame
    start = time.monotonic()
    for _ in range(100):
        terminal.read(0.05)
        now, _ = looks_and_backlog(report)
        shown = terminal.display.line(0).split()[2].replace(",", "")
        if float(shown) >= now - 3:
            break
    assert time.monotonic() - start < 2
    assert float(shown) >= now - 3


def test_no_key_of_one_write_is_lost(terminal: Terminal) -> None:
    """In the search, then Esc, the alerts, then what is typed there, all in one packet."""
    assert terminal.read(10, until="CLUSTERS")
    terminal.press("/x\x1basub")
    assert terminal.read(10, until="set sub"), terminal.raw


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_restores_the_terminal(terminal: Terminal, number: int, code: int) -> None:
    assert terminal.read(10, until="CLUSTERS")
    terminal.signal(number)
    assert terminal.exit_code(5) == code
    for restored in ("\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l", "\x1b[<u"):
        assert restored in terminal.raw


def test_a_signal_ends_it_even_when_the_terminal_is_frozen(terminal: Terminal, report: Path) -> None:
    assert terminal.read(10, until="CLUSTERS")
    for _ in range(200):
        if looks_and_backlog(report)[1] > LEAST:
            break
        time.sleep(0.05)
    terminal.signal(signal.SIGTERM)
    assert terminal.exit_code(8, reading=False) is not None


def test_q_ends_with_0_and_ctrl_c_with_130(report: Path) -> None:
    for keys, code in (("q", 0), ("\x03", 130)):
        terminal = Terminal(PROGRAM, str(report))
        assert terminal.read(10, until="CLUSTERS")
        terminal.press(keys)
        assert terminal.exit_code(5) == code
        terminal.close()


@pytest.mark.parametrize(("environ", "mouse"), [({"SSH_CONNECTION": "1 2 3 4"}, False), ({}, True)])
def test_over_ssh_the_mouse_stays_the_terminals(report: Path, environ: dict[str, str], mouse: bool) -> None:
    terminal = Terminal(PROGRAM, str(report), environ=environ)
    assert terminal.read(10, until="CLUSTERS")
    assert ("\x1b[?1000h" in terminal.raw) is mouse
    terminal.close()


def test_writing_to_a_reader_that_stopped_does_not_wait() -> None:
    reader, writer = os.pipe()
    outlet = Outlet(writer)
    start = time.monotonic()
    for _ in range(200):
        outlet.write("x" * 1000)
    assert time.monotonic() - start < 0.2
    time.sleep(0.1)
    assert outlet.behind
    assert outlet.backlog > LEAST
    taken = bytearray()
    drain = threading.Thread(target=lambda: taken.extend(_all(reader, 200_000)))
    drain.start()
    assert outlet.close(5)
    drain.join(5)
    assert len(taken) == 200_000
    assert outlet.backlog == 0
    os.close(reader)
    os.close(writer)


def test_the_backlog_allowed_is_a_tenth_of_a_second_between_2_and_16_kb() -> None:
    reader, writer = os.pipe()
    outlet = Outlet(writer)
    for rate, allowed in ((1_000, LEAST), (80_000, 8_000), (10**9, MOST)):
        outlet._rate = rate
        assert outlet.allowed == allowed
    outlet.close(1)
    os.close(reader)
    os.close(writer)


def test_only_a_write_that_waits_tells_how_fast_a_terminal_is() -> None:
    reader, writer = os.pipe()
    outlet = Outlet(writer)
    outlet.close(1)
    assert outlet.room is None  # nothing is known yet: taken for fast
    start = now = time.monotonic()
    for at in range(3):  # 2 kB every 40 ms are 50 kB/s, though the last wait for them was short; told once, it is known
        now = start + 0.04 * (at + 1)
        outlet._measure(2_000, now - 0.002, now)
    assert outlet.allowed == pytest.approx(5_000, rel=0.1)
    assert outlet.room == outlet.allowed - MARKS
    allowed = outlet.allowed
    outlet._measure(16_000, now, now)  # into the kernel's buffer
    assert outlet.allowed == allowed
    for _ in range(8):
        outlet._measure(40_000, now, now)  # more than any buffer holds: it has become faster
    assert outlet.room is None
    os.close(reader)
    os.close(writer)


def test_a_terminal_that_vanished_is_left_in_peace() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    outlet = Outlet(writer)
    outlet.write("x")
    assert outlet.close(1)
    outlet.write("y")
    assert outlet.backlog == 0
    os.close(writer)


def _all(fd: int, count: int) -> bytes:
    out = b""
    while len(out) < count:
        out += os.read(fd, 65_536)
    return out
