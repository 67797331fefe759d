"""What a person has chosen to see in one pane. Kept apart from widgets, so that painting is a function of it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liqtui.ui.below import Strip
    from liqtui.view import View

_HOUR = 3600 * 10**9
SPANS = {"1h": _HOUR, "4h": 4 * _HOUR, "12h": 12 * _HOUR, "24h": 24 * _HOUR, "3d": 72 * _HOUR,
         "7d": 168 * _HOUR, "30d": 720 * _HOUR}
VIEWS = ("map", "heat", "ladder", "cascade", "charts")
IDLE = {"cascade": ("span",), "charts": ("zoom", "recentre")}
"""Actions that have no meaning in a view: one without a time axis, one without a price axis."""
OBSERVED = "observed"
VENUES = "venues"
OVERLAYS = ("", "cumulative", "volume", "book", "realized", OBSERVED, VENUES)
WITHOUT = {
    "heat": (VENUES,), "ladder": ("volume", "book", OBSERVED, VENUES), "cascade": OVERLAYS[1:], "charts": OVERLAYS[1:],
}
"""Overlays that a view has no use for, or has as columns of its own."""
ZOOMS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40)
"""Log bins per cell."""
VIEW_REACH = 0.11
"""Log price a fresh pane shows from edge to edge."""
RESCALE = 0.10
"""A scale moves only when it is off by more than this."""
BARS_OVER = 0.02
"""Bars are cut off above their scale: it follows what grows sooner, or peaks would end in plateaus."""
FAR_OVER = 1.25
"""What would be cut off by a fifth is another picture, not one that grows: its scale is taken at once."""
EASE_NS = 10**9

FIRST_RUNG = 4
"""From here on `PaneState.leverage` is a single rung; before it means the same for every instrument."""
LOW, HIGH = 10.0, 40.0
"""The leverages that part `view.GROUPS`."""


def _smooth(done: float) -> float:
    return done * done * (3 - 2 * done)


@dataclass(slots=True)
class Eased:
    """A scale that moves only by more than 10 %, over a second, so that the picture stands still."""

    over: float = RESCALE
    """How far above the scale a value may be before it moves: what is above it is cut off."""
    value: float = 0.0
    _start: float = 0.0
    _goal: float = 0.0
    _since_ns: int = 0

    def follow(self, wanted: float, now_ns: int, *, frozen: bool = False) -> float:
        """The scale at `now_ns` (any clock that runs in real time), given what the data would like."""
        if wanted <= 0 or (frozen and self.value > 0):
            return self.value
        if self.value <= 0:
            self.value = self._goal = wanted
            return wanted
        self._ease(now_ns)
        if wanted > self.value * FAR_OVER:
            self.value = self._goal = wanted
        elif not -RESCALE <= wanted / self._goal - 1 <= self.over:
            self._aim(wanted, now_ns)
        return self.value

    def _ease(self, now_ns: int) -> None:
        done = min((now_ns - self._since_ns) / EASE_NS, 1.0)
        if self.value != self._goal:
            self.value = self._goal if done >= 1 else self._start + (self._goal - self._start) * _smooth(done)

    def _aim(self, wanted: float, now_ns: int) -> None:
        """Go for another goal. On its way the scale keeps its pace: with a second from anew each time it would stand
        still for as long as the data grow, which they do at every paint while history comes in."""
        done = (now_ns - self._since_ns) / EASE_NS
        if self.moving and done < 0.5:
            part = _smooth(done)
            self._start = (self.value - wanted * part) / (1 - part)
        else:
            self._start, self._since_ns = self.value, now_ns
        self._goal = wanted

    @property
    def moving(self) -> bool:
        return self.value != self._goal

    def forget(self) -> None:
        """Take the next wanted value at once (another symbol, another zoom)."""
        self.value = self._goal = 0.0


@dataclass(slots=True)
class PaneState:
    """One pane's choices. The widget changes it on keys; painting reads it (and eases its scales)."""

    name: str
    view: str = "map"
    """One of `VIEWS`."""
    cursor: float | None = None
    """A price."""
    linked: bool = False
    """The cursor goes together with that of other panes."""
    zoom: int | None = None
    """Bins per cell; None until the pane's size chooses."""
    reach: float | None = None
    """Log price from edge to edge that was chosen by zooming, for views with more or fewer cells; None: the usual."""
    centre: float | None = None
    """Log price in the middle; None means: at the mark."""
    span: str = "12h"
    leverage: int = 0
    """0 all, 1–3 the groups, from 4 on single rungs."""
    usd: bool = False
    frozen: bool = False
    overlay: str = ""
    paused: "View | None" = None
    """The picture held by `space`."""
    paused_ns: int = 0
    notice: str = ""
    """One line that answers the last key."""
    strip: "Strip | None" = None
    """The expiries about the one stepped to, before the notice."""
    notice_until_ns: int = 0
    hints: tuple[tuple[str, str], ...] = ()
    """Keys and what they do, where the line has nothing to answer: of more than one the last takes the line away."""
    bars: Eased = field(default_factory=lambda: Eased(BARS_OVER))
    heat: Eased = field(default_factory=Eased)

    @property
    def venue(self) -> str:
        """Of the instrument."""
        return self.name.partition(":")[0]

    def cycle_span(self) -> None:
        names = list(SPANS)
        self.span = names[(names.index(self.span) + 1) % len(names)]

    @property
    def laid_over(self) -> str:
        """The overlay that this view paints."""
        return "" if self.overlay in WITHOUT.get(self.view, ()) else self.overlay

    def cycle_overlay(self, view: "View | None") -> None:
        """The next overlay of those a View can have."""
        offered = overlays_of(view, self.view)
        at = offered.index(self.laid_over) if self.laid_over in offered else -1
        self.overlay = offered[(at + 1) % len(offered)]

    def cycle_leverage(self, rungs: int) -> None:
        self.leverage = (self.leverage + 1) % (FIRST_RUNG + rungs)
        self.forget_scales()

    def zoom_by(self, steps: int) -> bool:
        """Closer (positive) or wider; False at either end."""
        at = ZOOMS.index(self.zoom) if self.zoom in ZOOMS else 1
        wanted = min(max(at - steps, 0), len(ZOOMS) - 1)
        changed = ZOOMS[wanted] != self.zoom
        self.zoom, self.reach = ZOOMS[wanted], None
        if changed:
            self.forget_scales()
        return changed

    def refit(self, cells: int, width: float) -> None:
        """Another number of cells follows, where `cells` of `width` log price per bin were shown: the same stretch of
        price stays in view, if one was chosen."""
        self.reach = self.chosen_reach(cells, width)
        self.zoom = None
        self.forget_scales()

    def chosen_reach(self, cells: int, width: float) -> float | None:
        """Log price from edge to edge of `cells` of `width` log price per bin, if zooming chose it."""
        if self.zoom is not None and self.reach is None and self.zoom != default_zoom(cells, width):
            return self.zoom * width * cells
        return self.reach

    def recentre(self) -> None:
        """Back to the mark, at the usual zoom."""
        self.zoom = self.reach = self.centre = None
        self.forget_scales()

    def turn(self, by: int) -> None:
        """The next view, or the one before."""
        self.view = VIEWS[(VIEWS.index(self.view) + by) % len(VIEWS)]

    def forget_scales(self) -> None:
        """Let both scales jump to what the next picture wants, unless frozen."""
        if not self.frozen:
            self.bars.forget()
            self.heat.forget()

    def show(self, name: str, *, abreast: bool = False) -> None:
        """Another instrument: what depends on price is forgotten, but beside one `abreast` of it."""
        if name == self.name:
            return
        if not abreast:
            self.cursor = self.centre = None
        self.name, self.paused, self.frozen = name, None, False
        self.leverage = shared_leverage(self.leverage)
        self.bars, self.heat = Eased(BARS_OVER), Eased()


def overlays_of(view: "View | None", shown_as: str) -> tuple[str, ...]:
    """The overlays there are in one of `VIEWS`, the first none; positions are observed only where they are public, and
    only a sum has venues."""
    useless = {*WITHOUT.get(shown_as, ())}
    if view is None or view.observed is None:
        useless.add(OBSERVED)
    if view is None or not view.parts:
        useless.add(VENUES)
    return tuple(name for name in OVERLAYS if name not in useless)


def default_zoom(cells: int, width: float, reach: float | None = None) -> int:
    """Bins per cell so that `cells` show about ±5.5 %, or the reach given."""
    wanted = (reach or VIEW_REACH) / width / max(cells, 1)
    return min(ZOOMS, key=lambda k: abs(k - wanted))


def shared_leverage(leverage: int) -> int:
    """What a choice of `PaneState.leverage` is at another instrument, whose rungs are others: in place of one of them
    all are shown."""
    return leverage if leverage < FIRST_RUNG else 0


def group_of(leverage: float) -> int:
    """Index into `view.GROUPS`."""
    return 0 if leverage < LOW else 1 if leverage < HIGH else 2
