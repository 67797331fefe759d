"""What an alert that fires sets off: the bell, a notification of the terminal, and a command that is told in JSON."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from liqtui.alerts.book import Fired
from liqtui.ui.sequences import through
from liqtui.ui.words import plain

Notify = Literal["auto", "osc9", "osc777", "off"]
COMMAND_S = 10.0
"""How long a command may take before it is ended."""
MOST_RUNNING = 4
"""Commands at once; alerts that fire while so many run do not start another."""
_OSC9 = ("iTerm.app", "WezTerm", "ghostty", "kitty", "WarpTerminal")
_OSC777 = ("rxvt", "foot")


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """What of it is wanted."""

    bell: bool = True
    notify: Notify = "auto"
    command: tuple[str, ...] = ()
    """Program and arguments; what fired comes as one JSON object on its standard input. No shell takes part."""


class Alarm:
    """Owned by `Alerted`. Everything here returns at once."""

    def __init__(
        self, settings: AlarmSettings, environ: Mapping[str, str], write: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        """`write`: sequences to the terminal. `complain`: a command failed; may be called from a thread."""
        self._settings, self._write, self._complain = settings, write, complain
        self._notify = way_of(environ) if settings.notify == "auto" else settings.notify
        self._environ = environ
        self._running = threading.BoundedSemaphore(MOST_RUNNING)

    def ring(self, fired: Sequence[Fired]) -> None:
        """Tell of them: one bell for all, a notification and a command each."""
        if not fired:
            return
        sequences = "\a" if self._settings.bell else ""
        for one in fired:
            sequences += self._notification(f"{one.instrument}: {one.words}")
            if self._settings.command:
                self._start(json_of(one))
        if sequences:
            self._write(sequences)

    def _notification(self, text: str) -> str:
        if self._notify == "off":
            return ""
        clean = plain(text).replace(";", ",")
        body = f"9;{clean}" if self._notify == "osc9" else f"777;notify;liqtui;{clean}"
        sequence = f"\x1b]{body}\a"
        return through(sequence, self._environ)

    def _start(self, body: str) -> None:
        if not self._running.acquire(blocking=False):
            self._complain(f"alert command not run: {MOST_RUNNING} are still running")
            return
        threading.Thread(target=self._run, args=(body,), name="liqtui-alert", daemon=True).start()

    def _run(self, body: str) -> None:
        command = [os.path.expanduser(self._settings.command[0]), *self._settings.command[1:]]
        try:
            done = subprocess.run(
                command, input=body.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=COMMAND_S,
                check=False,
            )
            if done.returncode:
                said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit {done.returncode}"]
                self._complain(f"alert command {command[0]}: {plain(said[0])[:120]}")
        except subprocess.TimeoutExpired:
            self._complain(f"alert command {command[0]} took longer than {COMMAND_S:.0f} s and was ended")
        except OSError as error:
            self._complain(f"alert command {command[0]}: {error.strerror or error}")
        finally:
            self._running.release()


def way_of(environ: Mapping[str, str]) -> Notify:
    """How the terminal shows a notification, as far as it says what it is; over SSH most do not."""
    program, term = environ.get("TERM_PROGRAM", ""), environ.get("TERM", "")
    named = any(name in term for name in ("kitty", "ghostty", "wezterm"))
    if named or program in _OSC9 or "KITTY_WINDOW_ID" in environ:
        return "osc9"
    if any(term.startswith(name) for name in _OSC777):
        return "osc777"
    return "off"


def json_of(fired: Fired) -> str:
    """What a command is told, on one line."""
    return json.dumps({
        "schema": "liqtui.alert/1",
        "time": datetime.fromtimestamp(fired.time_ns / 1e9, UTC).isoformat(timespec="milliseconds"),
        "instrument": fired.instrument,
        "alert": str(fired.alert),
        "kind": fired.alert.kind,
        "words": fired.words,
        "data": fired.data,
    }, ensure_ascii=False) + "\n"
