"""What each venue brings to a summed map."""

from dataclasses import dataclass

from liqtui.instruments import Instrument
from liqtui.view.figures import Figure
from liqtui.view.health import BackfillView
from liqtui.view.maps import Array


@dataclass(frozen=True, slots=True)
class Part:
    """What one contract brings to a summed map. Sizes in base coin."""

    instrument: Instrument
    mark: Figure | None
    shift: float | None
    """By how much log price its map was moved to lie on the reference's mark; None without a mark."""
    open_interest: float | None
    mass: Array | None
    """[side, bin] on the sum's bins, moved and faded; None: nothing of it is in the sum."""
    outside: tuple[float, float]
    """Per side: drawn stock beyond the bins, faded."""
    coverage: float | None
    """Share of its open interest that its map places, both sides together; the rest is undrawn. None: no map."""
    weight: float
    """1 while it is fresh; halves with every few minutes that nothing was heard of it; 0: it is not in the sum."""
    age_ns: int | None
    """Since its price was heard; None: never."""
    state: str
    """`live`, or what is wrong: `stale`, `gone`, `relative`, `history`, or a feed's state."""
    reason: str
    retry_ns: int | None
    backfill: BackfillView | None


NOT_LISTED = "not listed"
"""What a venue is that has no such contract: nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A venue that was chosen for a sum and has no part in it, and why."""

    venue: str
    state: str
    """`NOT_LISTED`, or its feed's state."""
    reason: str
    retry_ns: int | None
