"""Public positions as ground truth of a recording's score: how much was seen, and how far the estimate agreed."""

from collections.abc import Callable, Iterable, Sequence

from liqtui.liqmap.agreement import LEAST, Agreement
from liqtui.liqmap.observed import Observed

MEASURES = ("w1_bp", "overlap", "spearman", "level")
Pair = tuple[float | None, float | None]


def report(looks: Sequence[Observed]) -> dict[str, object] | None:
    """What a recording's looks come to, one every five minutes: means over those that can say it, `n` of them per side.
    None without any.
    """
    if not looks:
        return None
    agreed = [look.agreement for look in looks if look.agreement is not None]
    return {
        "n_looks": len(looks),
        "positions": sum(look.positions for look in looks) / len(looks),
        "share": _sides([look.share or (None, None) for look in looks]),
        **{name: _sides([_read(name)(one) for one in agreed]) for name in MEASURES},
        "least_positions": LEAST,
    }


def _read(name: str) -> Callable[[Agreement], Pair]:
    def read(one: Agreement) -> Pair:
        found: Pair = getattr(one, name)
        return found

    return read


def _sides(pairs: Iterable[Pair]) -> dict[str, object]:
    columns = list(zip(*pairs, strict=True)) or [(), ()]
    out: dict[str, object] = {}
    for side, values in zip(("long", "short"), columns, strict=True):
        known = [value for value in values if value is not None]
        out[side] = {"mean": sum(known) / len(known) if known else None, "n": len(known)}
    return out
