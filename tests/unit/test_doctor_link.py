"""The link to a terminal, measured against a pseudo-terminal that answers as one would."""

import os
import pty
import re
import threading
import time

import pytest

from liqtui.cli.doctor_link import Link, findings, measured


class Terminal:
    """The other end: answers after a while, reads so many bytes a second, and knows what it is told to know."""

    def __init__(self, *, delay_s: float = 0.0, bytes_s: float = 1e9, name: bytes = b"", sync: bool = False,
                 silent: bool = False) -> None:
        self._master, self.slave = pty.openpty()
        self._delay_s, self._bytes_s, self._name, self._sync, self._silent = delay_s, bytes_s, name, sync, silent
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def close(self) -> None:
        os.close(self.slave)
        self._thread.join(2.0)
        os.close(self._master)

    def _live(self) -> None:
        while True:
            try:
                came = os.read(self._master, 65_536)
            except OSError:
                return
            time.sleep(len(came) / self._bytes_s)
            for question in () if self._silent else re.findall(rb"\x1b\[6n|\x1b\[>q|\x1b\[\?2026\$p", came):
                time.sleep(self._delay_s)
                os.write(self._master, self._answer(question))

    def _answer(self, question: bytes) -> bytes:
        if question == b"\x1b[6n":
            return b"\x1b[1;1R"
        if question == b"\x1b[>q":
            return b"\x1bP>|" + self._name + b"\x1b\\" if self._name else b""
        return b"\x1b[?2026;2$y" if self._sync else b""


def link(terminal: Terminal) -> Link:
    try:
        return measured(terminal.slave, terminal.slave)
    finally:
        terminal.close()


def test_round_trip_rate_name_and_whole_frames() -> None:
    """Answers after 100 ms, reads 200 kB/s: 32 kB take 0.16 s."""
    told = link(Terminal(delay_s=0.1, bytes_s=200e3, name=b"foot(1.16)", sync=True))
    assert told.round_trip_ms is not None
    assert 100.0 <= told.round_trip_ms < 190.0  # once there and back, on a machine that does other things, too
    assert told.kb_s == pytest.approx(200.0, rel=0.5)
    assert (told.name, told.synchronized) == ("foot(1.16)", True)
    assert "the terminal is foot(1.16)" in [finding.words for finding in findings(told)]


def test_a_terminal_that_knows_nothing_but_its_cursor() -> None:
    told = link(Terminal())
    assert told.round_trip_ms is not None
    assert (told.name, told.synchronized) == ("", False)
    assert all("half" not in f.words or "no (" in f.words for f in findings(told))


def test_one_that_does_not_answer_is_said_in_a_second() -> None:
    start = time.monotonic()
    told = link(Terminal(silent=True))
    assert time.monotonic() - start < 3.0
    assert told.round_trip_ms is None
    assert not findings(told)[0].good


def test_a_slow_link_gets_advice() -> None:
    [slow, *_] = findings(Link(350.0, 40.0, "", synchronized=False))
    assert not slow.good
    assert "ssh -C" in slow.advice
    assert findings(Link(30.0, 5_000.0, "", synchronized=True))[0].words == "round trip 30.0 ms, takes 5.0 MB/s"
