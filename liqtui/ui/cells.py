"""Outside text made harmless, and all text measured in the cells a terminal gives it.

A symbol may be `牛来USDT`: two cells a sign. What terminals do not agree on is not shown at all.
"""

import re
import unicodedata
from functools import lru_cache

_WIDE = ("W", "F")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_NARROW = re.compile("[\x00-\u02ff\u2010-\u2064\u2190-\u2319\u2460-\u25fc]*").fullmatch
"""One cell a sign for certain: Latin, punctuation, arrows, lines and blocks, which is what pictures are made of."""
_LATIN = "\u00ff"
_OWN = "⚑▲▼"
"""Signs of the words of alerts, which terminals agree on."""
_PLANE = "\uffff"
_UNSURE = (
    ("\u1100", "\u11ff"), ("\ua960", "\ua97f"), ("\ud7b0", "\ud7ff"),  # parts of Hangul syllables, which join up
    ("\u3164", "\u3164"), ("\uffa0", "\uffa0"),  # its fillers, which show nothing
)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Outside text without what could move the cursor, turn the line around or hide in it.

    Control, format and combining characters go; signs whose width terminals disagree on (emoji, most symbols, scripts
    that run from right to left) become `?`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(c) for c in unicodedata.normalize("NFC", text))


def cells(text: str) -> int:
    """Cells that harmless text takes."""
    if text.isascii() or _NARROW(text):
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(c) in _WIDE for c in text)


def cut(text: str, width: int) -> str:
    """The beginning of `text` in at most `width` cells. A sign is never cut in half."""
    if width <= 0:
        return ""
    if text.isascii() or cells(text) <= width:
        return text[:width]
    end = taken = 0
    for char in text:
        taken += cells(char)
        if taken > width:
            break
        end += 1
    return text[:end]


def clip(text: str, width: int) -> str:
    """`text` in at most `width` cells, with an ellipsis where it was cut."""
    return text if cells(text) <= width else cut(text, width - 1) + "…"[:width]


def fill(text: str, width: int) -> str:
    """`text` clipped or filled with blanks to exactly `width` cells."""
    kept = clip(text, width)
    return kept + " " * (width - cells(kept))


def _harmless(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() else ""
    category = unicodedata.category(char)
    if category[0] in "CM" or category in ("Zl", "Zp"):
        return ""
    if category == "Zs":
        return " " * cells(char)
    if unicodedata.bidirectional(char) in _RIGHT_TO_LEFT or any(a <= char <= b for a, b in _UNSURE):
        return "?"
    if char > _LATIN and char not in _OWN and (category in ("So", "Sk") or (char > _PLANE and category != "Lo")):
        return "?"
    return char
