"""The View of a sum: the Views of its contracts, moved, faded and added up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from liqtui.engine.cascading import forecast
from liqtui.engine.pipeline import GROWTH_TOLERANCE_NS, HOUR_NS
from liqtui.engine.shape import MAP_BINS, Shape, first_bin_of, shape_of
from liqtui.engine.sum_doubts import reliability_of, words_of
from liqtui.engine.sum_figures import figures_of, slippage_of
from liqtui.engine.sum_history import history_of
from liqtui.engine.summing import Added, Sum
from liqtui.events import FeedState, Side
from liqtui.instruments import Instrument
from liqtui.liqmap.cascade import Response, in_base
from liqtui.liqmap.grid import WIDTH
from liqtui.liqmap.moved import moved, nearest_rungs
from liqtui.view import (
    NOT_LISTED,
    Absent,
    Array,
    BackfillView,
    BookView,
    CascadeView,
    Health,
    MapView,
    Part,
    View,
)


def view_of(
    whole: Sum, views: Callable[[str], View | None], epoch: int, *, generation: int, now_ns: int,
    series: tuple[Instrument, ...], health: Health,
) -> View:
    """Everything a pane shows of a sum.

    Args:
        whole: the sum.
        views: asked for the newest View of each of its contracts, by name.
        epoch: of this View.
        generation: of the engine.
        now_ns: the engine's clock.
        series: what `[` and `]` walk.
        health: of the feeds of all venues chosen.
    """
    price = None if whole.reference is None else whole.reference.pipeline.price.value
    own = ((member, views(name)) for name, member in whole.members.items())
    added = [Added(member, view, member.weight(now_ns)) for member, view in own if view is not None]
    added.sort(key=lambda one: -(one.member.interest or 0.0))
    counted = [one for one in added if one.counts]
    shown = book = None
    shape, parts = Shape(), tuple(_part(one, None, health, now_ns) for one in added)
    known = replace(health, backfill=_backfill(parts))
    if price is not None and counted:
        lay = _Bins(first_bin_of(price))
        shown, sides = _map(counted, lay)
        parts = tuple(_part(one, sides.get(one.member.instrument.name), health, now_ns) for one in added)
        then = whole.snapshots.at(now_ns - HOUR_NS, GROWTH_TOLERANCE_NS) if known.past_whole else None
        shape = shape_of(shown, price, then)
        book = _book(counted, lay)
    absent = _absent(whole, health)
    reference = next((one.view for one in added if one.member is whole.reference), None)
    return View(
        epoch=epoch, generation=generation, instrument=_instrument(whole), series=series, time_ns=now_ns,
        figures=figures_of(None if reference is None else reference.figures, counted, shape, now_ns),
        map=shown,
        clusters=shape.clusters,
        snapshots=whole.snapshots.all(),
        liquidations=tuple(whole.liquidated),
        volume=None if shown is None else _volume(counted, _Bins(shown.first_bin)),
        book=book,
        health=replace(known, words=words_of(added, absent), reliability=reliability_of(added, absent)),
        zones=shape.zones,
        slippage=slippage_of(counted),
        pace=whole.pace.read(now_ns) if any(one.view.pace is not None for one in added) else None,
        jumps=() if reference is None else reference.jumps,
        cascade=None if shown is None or book is None else _cascade(whole, counted, shown, book),
        history=history_of(whole, None if reference is None else reference.history, counted),
        parts=parts,
        absent=absent,
    )


class _Bins:
    """The sum's bins, and how a contract's own come to lie on them."""

    def __init__(self, first_bin: int) -> None:
        self.first_bin = first_bin

    def lay(self, array: Array, first_bin: int, one: Added) -> Array:
        """Sizes [..., bin] as base coin that counts, moved to the reference's prices."""
        coins = in_base(array, first_bin, WIDTH).astype(np.float32) if one.member.instrument.inverse else array
        return moved(coins, first_bin, one.member.shift / WIDTH, (self.first_bin, MAP_BINS)) * np.float32(one.weight)


def _map(counted: Sequence[Added], lay: _Bins) -> tuple[MapView, dict[str, Array]]:
    """The sum's map, and [side, bin] of each contract in it, by name."""
    rungs = max((one.shown.rungs for one in counted), key=lambda ladder: ladder[-1])
    mass = np.zeros((2, len(rungs), MAP_BINS), np.float32)
    spread: Array | None = np.zeros((2, MAP_BINS), np.float32)
    outside, undrawn = np.zeros(2), np.zeros(2)
    sides = {}
    for one in counted:
        own = one.shown
        laid = lay.lay(own.mass, own.first_bin, one)
        for place, rung in enumerate(nearest_rungs(own.rungs, rungs)):
            mass[:, rung] += laid[:, place]
        sides[one.member.instrument.name] = side = laid.sum(axis=1)
        side.flags.writeable = False
        # What is not known of turnover and leverage errs the same way everywhere: deviations add, not their squares.
        spread = None if spread is None or own.spread is None else spread + lay.lay(own.spread, own.first_bin, one)
        outside += one.beyond(side)
        undrawn += one.undrawn
    for array in (mass, spread):
        if array is not None:
            array.flags.writeable = False
    first = counted[0].shown
    return MapView(
        width=first.width, first_bin=lay.first_bin, rungs=rungs, mass=mass, outside=_pair(outside),
        undrawn=_pair(undrawn), seeded=any(one.shown.seeded for one in counted), spread=spread,
    ), sides


def _book(counted: Sequence[Added], lay: _Bins) -> BookView | None:
    bids, asks = np.zeros((2, MAP_BINS), np.float32)
    some = False
    for one in counted:
        if (book := one.view.book) is not None and one.fresh:
            bids += lay.lay(book.bids, book.first_bin, one)
            asks += lay.lay(book.asks, book.first_bin, one)
            some = True
    for side in (bids, asks):
        side.flags.writeable = False
    return BookView(lay.first_bin, bids, asks) if some else None


def _volume(counted: Sequence[Added], lay: _Bins) -> Array:
    out = np.zeros(MAP_BINS, np.float32)
    for one in counted:
        if one.view.volume is not None:
            out += lay.lay(one.view.volume, one.shown.first_bin, one)
    out.flags.writeable = False
    return out


def _cascade(whole: Sum, counted: Sequence[Added], shown: MapView, book: BookView) -> CascadeView | None:
    """Pushes on the summed book; the answers of the markets count by their open interest."""
    reference, learned = whole.reference, [one for one in counted if one.view.cascade is not None]
    mark = None if reference is None else reference.pipeline.price.value
    mid = None if reference is None else reference.pipeline.book.mid
    if mark is None or mid is None or not learned:
        return None
    shares = np.array([one.interest for one in learned])
    answers = [one.member.pipeline.cascading.answer for one in learned]
    kept, stands = shares @ np.array([(a.kept, a.stands) for a in answers]) / shares.sum()
    known = all(one.view.cascade.level_known for one in learned if one.view.cascade is not None)
    response = Response(float(kept), float(stands))
    return forecast(shown, book, mark, mid, response, inverse=False, level_known=known)


def _part(one: Added, mass: Array | None, health: Health, now_ns: int) -> Part:
    member, view = one.member, one.view
    state, reason, retry_ns = _state(one, health)
    return Part(
        instrument=member.instrument, mark=view.figures.mark, shift=None if member.premium is None else member.shift,
        open_interest=member.interest, mass=mass, outside=(0.0, 0.0) if mass is None else _pair(one.beyond(mass)),
        coverage=None if view.map is None else view.map.coverage(member.pipeline.interest.size),
        weight=one.weight if mass is not None else 0.0, age_ns=member.age_ns(now_ns),
        state=state, reason=reason, retry_ns=retry_ns, backfill=view.health.backfill,
    )


def _state(one: Added, health: Health) -> tuple[str, str, int | None]:
    """In a word what is wrong with a part or `live`, why, and when its venue is tried again."""
    feed = next((f for f in health.feeds if f.venue == one.member.instrument.venue), None)
    off = feed is not None and feed.state not in (FeedState.LIVE, FeedState.CLOSED)
    reason, retry_ns = (feed.reason, feed.retry_ns) if feed is not None and off else ("", None)
    if one.view.map is not None and one.view.map.undrawn is None:
        return "relative", "no open interest is known: it cannot be added", retry_ns
    if one.weight == 0.0 and one.view.map is not None:
        return "gone", reason or "nothing was heard of it for too long", retry_ns
    if feed is not None and off:
        return str(feed.state), reason, retry_ns
    if not one.fresh:
        return "stale", "its price is not reported any more", None
    backfill = one.view.health.backfill
    if one.view.map is None or (backfill is not None and not backfill.finished):
        return "history", "its history is still coming", None
    return str(FeedState.LIVE), "", None


def _absent(whole: Sum, health: Health) -> tuple[Absent, ...]:
    there, out = {m.instrument.venue for m in whole.members.values()}, []
    for venue in whole.venues:
        if venue in there:
            continue
        feed = next((f for f in health.feeds if f.venue == venue), None)
        if venue not in whole.listed:
            off = feed is not None and feed.state is not FeedState.LIVE
            state, reason, retry_ns = (feed.state, feed.reason, feed.retry_ns) if feed is not None and off else (
                FeedState.CONNECTING, "", None
            )
            out.append(Absent(venue, str(state), reason or "what it lists is not known yet", retry_ns))
        elif feed is None or feed.state is FeedState.LIVE:
            out.append(Absent(venue, NOT_LISTED, f"it lists no {whole.instrument.base} perpetual of that kind", None))
        else:
            out.append(Absent(venue, str(feed.state), feed.reason, feed.retry_ns))
    return tuple(out)


def _backfill(parts: Iterable[Part]) -> BackfillView | None:
    """The history of all parts as one."""
    named = [(part.instrument.venue, part.backfill) for part in parts if part.backfill is not None]
    if not named:
        return None
    every = [one for _, one in named]
    built = [one.built_ns for one in every if one.built_ns is not None]
    return BackfillView(
        done=sum(one.done for one in every),
        total=sum(one.total for one in every),
        stage="joined" if all(one.finished for one in every) else next(one.stage for one in every if not one.finished),
        finished=all(one.finished for one in every),
        problem=next((f"{venue}: {one.problem}" for venue, one in named if one.problem), ""),
        built_ns=min(built, default=None),
    )


def _instrument(whole: Sum) -> Instrument:
    """The sum as an instrument: the finest tick, the highest leverage of its contracts."""
    own = [m.instrument for m in whole.members.values() if not m.instrument.inverse]
    if not own:
        return whole.instrument
    highest = max((i.max_leverage or 0.0 for i in own), default=0.0)
    return msgspec.structs.replace(
        whole.instrument, tick=min(i.tick for i in own), max_leverage=highest or None
    )


def _pair(sides: "np.ndarray[tuple[int], np.dtype[np.float64]] | Sequence[float]") -> tuple[float, float]:
    return float(sides[Side.LONG]), float(sides[Side.SHORT])
