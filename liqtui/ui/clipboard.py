"""The clipboard of whoever sits at the terminal, through the terminal (OSC 52): over SSH, too. There is no answer, so
nobody can say whether it was taken."""

import base64
from collections.abc import Callable, Mapping
from typing import Literal

from liqtui.ui.sequences import through

Wanted = bool | Literal["auto"]
"""Whether it may be used; `auto`: unless the terminal is known to have none."""
MOST = 75_000
"""Bytes of base64: xterm's limit is about 75 kB, and terminals drop what is longer."""


class ClipboardError(Exception):
    """Nothing was copied; the message says why."""


def copy(text: str, wanted: Wanted, environ: Mapping[str, str], write: Callable[[str], None]) -> None:
    """Hand `text` to the terminal with `write`.

    Raises:
        ClipboardError: it is not allowed, or too much.
    """
    if reason := refusal(wanted, environ):
        raise ClipboardError(reason)
    body = base64.b64encode(text.encode())
    if len(body) > MOST:
        raise ClipboardError(f"{len(body) / 1000:,.0f} kB in base64 are more than the {MOST // 1000} kB terminals take")
    write(through(f"\x1b]52;c;{body.decode()}\a", environ))


def refusal(wanted: Wanted, environ: Mapping[str, str]) -> str:
    """Why it is not used; empty where it is."""
    if wanted is False:
        return "clipboard = false in the configuration"
    if wanted is True:
        return ""
    if "STY" in environ:
        return "GNU screen does not hand it on; clipboard = true tries all the same"
    term = environ.get("TERM", "")
    if term in ("", "dumb", "linux") or environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return "this terminal has none; clipboard = true tries all the same"
    return ""
