"""What a person must know before believing a summed map, and how far it can be relied on."""

from collections.abc import Sequence
from math import prod

from liqtui.engine.summing import Added
from liqtui.market.reliability import Doubt, Reliability
from liqtui.view import Absent

MISSING = 0.9
"""Of a chosen venue of which nothing is known: judgement, like the other factors."""


def words_of(added: Sequence[Added], absent: Sequence[Absent]) -> tuple[str, ...]:
    """The caveats of all contracts, each once, with the venues it is true of where it is not true of all."""
    said: dict[str, list[str]] = {}
    for one in added:
        for word in one.view.health.words:
            said.setdefault(word, []).append(one.member.instrument.venue)
    words = [
        word if len(venues) == len(added) else f"{', '.join(dict.fromkeys(venues))}: {word}"
        for word, venues in said.items()
    ]
    faded = [f"{one.member.instrument.venue} fades" for one in added if one.weight > 0.0 and not one.fresh]
    return (*faded, *(f"{gone.venue} is missing" for gone in absent), *words)


def reliability_of(added: Sequence[Added], absent: Sequence[Absent]) -> Reliability | None:
    """The contracts' doubts, each as heavy as the open interest it is about; and what has faded or is missing."""
    total = sum(one.member.interest or 0.0 for one in added)
    if not total:
        return None
    doubted: dict[str, list[tuple[str, str, float]]] = {}
    for one in added:
        venue, share = one.member.instrument.venue, (one.member.interest or 0.0) / total
        told = one.view.health.reliability
        for doubt in told.doubts if told is not None else ():
            doubted.setdefault(doubt.name, []).append((venue, doubt.words, share * (1.0 - doubt.factor)))
        if one.weight < 1.0:
            doubted.setdefault("fades", []).append((venue, "is not heard and fades", share * (1.0 - one.weight)))
    doubts = []
    for name, rows in doubted.items():
        venues, lost = [venue for venue, _, _ in rows], sum(part for _, _, part in rows)
        words = rows[0][1] if len(venues) == len(added) else f"{', '.join(venues)}: {rows[0][1]}"
        doubts.append(Doubt(name, words, round(1.0 - lost, 2)))
    if absent:
        names = ", ".join(gone.venue for gone in absent)
        doubts.append(Doubt("missing", f"{names}: not in the sum", round(MISSING ** len(absent), 2)))
    doubts = sorted((doubt for doubt in doubts if doubt.factor < 1.0), key=lambda doubt: doubt.factor)
    return Reliability(round(100.0 * prod(doubt.factor for doubt in doubts)), tuple(doubts))
