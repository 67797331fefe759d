"""An alert in words: `near 0.3`, `BTC-USDT-SWAP liquidated 1M`, `* stale 15`."""

import difflib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

EVERY = "*"
_AMOUNT = re.compile(r"([+-]?\d+(?:\.\d+)?)(k|m|b)?", re.IGNORECASE)
_LETTERS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}


class KindOf(NamedTuple):
    """A kind of alert: how it is written, and what it means."""

    usage: str
    least: int
    """Numbers it needs; the others have defaults."""
    defaults: tuple[float, ...]
    telling: str
    bounds: Callable[[float], bool] = lambda value: value > 0.0


KINDS: dict[str, KindOf] = {
    "near": KindOf("near PERCENT [DENSITY]", 1, (0.0, 50.0), "the mark comes within PERCENT of a cluster at least so "
                   "dense (0–100, default 50)"),
    "grows": KindOf("grows PERCENT MINUTES", 2, (0.0, 0.0), "a cluster's mass grows by PERCENT within MINUTES"),
    "liquidated": KindOf("liquidated USD", 1, (0.0,), "more than USD is liquidated within a minute (1M, 500k)"),
    "imbalance": KindOf("imbalance SHARE", 1, (0.0,), "longs or shorts are more than SHARE (0.5–1) of what lies within "
                        "5 % of the mark", lambda value: 0.5 < value < 1.0),
    "subsiding": KindOf("subsiding", 0, (), "the pace of liquidations subsides after a rush"),
    "stale": KindOf("stale SECONDS", 1, (0.0,), "a venue's feed is not live, or the mark not heard, for SECONDS"),
    "funding": KindOf("funding PERCENT", 1, (0.0,), "funding for eight hours is beyond ±PERCENT"),
    "price": KindOf("price PRICE", 1, (0.0,), "the mark crosses PRICE"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to be told of."""

    kind: str
    numbers: tuple[float, ...]
    instrument: str = EVERY
    """`VENUE:SYMBOL`, a symbol of any venue, or `*`: whatever is shown."""

    def __str__(self) -> str:
        money = self.kind == "liquidated"
        numbers = " ".join(_short(number) if money else f"{number:.10g}" for number in self.numbers)
        name = "" if self.instrument == EVERY else f"{self.instrument} "
        return f"{name}{self.kind} {numbers}".rstrip()

    def about(self, name: str) -> bool:
        """Whether it is about `venue:SYMBOL`."""
        wanted, own = self.instrument.casefold(), name.casefold()
        return wanted in (EVERY, own) or own.partition(":")[2] == wanted


def parse_alert(text: str) -> Alert:
    """The alert that the words say.

    Raises:
        ValueError: they say none; the error names the nearest kind and how it is written.
    """
    words = text.split()
    place = next((i for i, word in enumerate(words[:2]) if word.casefold() in KINDS), None)
    if place is None:
        near = difflib.get_close_matches(words[0].casefold() if words else "", KINDS, n=1)
        hint = f"; did you mean {KINDS[near[0]].usage!r}?" if near else ""
        raise ValueError(f"no alert {text!r}{hint} There are: {', '.join(kind.usage for kind in KINDS.values())}")
    kind = words[place].casefold()
    of = KINDS[kind]
    given = [_number(word) for word in words[place + 1 :]]
    numbers = (*(n for n in given if n is not None), *of.defaults[len(given) :])
    whole = None not in given and of.least <= len(given) <= len(of.defaults)
    if not whole or not all(of.bounds(number) for number in numbers):
        raise ValueError(f"{text!r}: it is written {of.usage!r}: {of.telling}")
    return Alert(kind, numbers, words[0] if place else EVERY)


def _number(word: str) -> float | None:
    """`0.3`, `1M`, `15%`; None: it is none."""
    found = _AMOUNT.fullmatch(word.strip("$%").replace(",", "").replace("_", ""))
    if found is None:
        return None
    value = float(found[1]) * _LETTERS[(found[2] or "").lower()]
    return value if math.isfinite(value) else None


def _short(usd: float) -> str:
    """`1.5M`."""
    letter = next((letter for letter in ("b", "m", "k") if usd >= _LETTERS[letter]), "")
    return f"{usd / _LETTERS[letter]:.10g}{letter.upper() if letter != 'k' else letter}"
