"""The state of a sum over venues: whose mark is the reference, how far the others are from it, who has fallen silent.

A perpetual of one coin has its own price at each venue. Each map is moved by the log ratio of the reference's mark to
its own, smoothed over a minute, and added. What is not heard any more stays in the sum and fades.
"""

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from itertools import pairwise

import numpy as np

from liqtui.engine.estimate import MINUTE_NS
from liqtui.engine.jobs import Jobs
from liqtui.engine.pipeline import LIQUIDATIONS_KEPT, Pipeline
from liqtui.engine.price import CLOSE
from liqtui.engine.snapshots import Snapshots, merged
from liqtui.instruments import Instrument
from liqtui.liqmap.cascade import in_base
from liqtui.liqmap.grid import WIDTH, Floats, Singles
from liqtui.market.pace import Pace
from liqtui.view import History, Liquidated, MapView, Snapshot, View

FRESH_NS = 15 * 10**9
"""A price heard so long ago is as good as now: the slowest venue repeats it every 10 s."""
HALF_NS = 300 * 10**9
"""After that a contract's share in the sum halves in this time: what is open changes, and we do not see it."""
GONE = 0.05
"""A share below this is none."""
SMOOTH_NS = 60 * 10**9
OUSTS = 1.25
"""So many times the reference's open interest makes another contract the reference."""
KNOWN = 0.5
"""Of a moment of which contracts with less than this of the open interest are known, the sum has no past."""
REBUILD_NS = 2 * 10**9
"""History comes in stages, at every venue in its own time: the past is added up anew at most this often."""


PAST = "the past of a sum"
"""The job of a sum."""
A_UNIT = 4
"""Moments of a sum's past cost as much as a bar of a contract's."""


class Member:
    """What a sum keeps of one contract."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.premium: float | None = None
        """Log of its mark over the reference's, smoothed; None before its first price."""
        self.taken: int | None = None
        """Liquidations of it that the sum has; None before it was asked."""
        self.past: Snapshots | None = None
        """Those that are in the sum's own."""

    @property
    def instrument(self) -> Instrument:
        return self.pipeline.instrument

    @property
    def shift(self) -> float:
        """Log price its map is to be moved by."""
        return -(self.premium or 0.0)

    @property
    def interest(self) -> float | None:
        """Open interest in base coin."""
        size, price = self.pipeline.interest.size, self.pipeline.price.value
        if size is None or price is None:
            return None
        return size / price if self.instrument.inverse else size

    @property
    def adds(self) -> float:
        """The open interest of a map that can be added, in base coin."""
        return (self.interest or 0.0) if self.pipeline.estimate.stock is not None else 0.0

    @property
    def heard_ns(self) -> int | None:
        """When its price was heard; None: never."""
        price, last = self.pipeline.price, self.pipeline.tape.last
        if price.mark is not None:
            return price.mark.recv_ns
        if price.source == CLOSE:
            return price.closed_ns or None
        return last.recv_ns if last is not None else self.pipeline.book.time_ns or None

    def age_ns(self, now_ns: int) -> int | None:
        heard = self.heard_ns
        return None if heard is None else max(now_ns - heard, 0)

    def weight(self, now_ns: int) -> float:
        """How much of it counts, 0…1."""
        age = self.age_ns(now_ns)
        if age is None:
            return 0.0
        weight: float = 0.5 ** (max(age - FRESH_NS, 0) / HALF_NS)
        return weight if weight >= GONE else 0.0


class Added:
    """One contract at the moment it is added: its View and how much of it counts."""

    def __init__(self, member: Member, view: View, weight: float) -> None:
        self.member, self.view, self.weight = member, view, weight
        age = member.age_ns(view.time_ns)
        self.fresh = age is not None and age <= FRESH_NS

    @property
    def counts(self) -> bool:
        """It is in the sum: its sizes are absolute, its price is known and not too old."""
        shown = self.view.map
        return shown is not None and shown.undrawn is not None and self.weight > 0.0 and bool(self.member.interest)

    @property
    def shown(self) -> MapView:
        """Its own map; only where it counts."""
        assert self.view.map is not None
        return self.view.map

    @property
    def per_unit(self) -> float:
        """Base coins per unit of its own."""
        mark = self.member.pipeline.price.value
        return 1.0 / mark if self.member.instrument.inverse and mark else 1.0

    @property
    def interest(self) -> float:
        """Open interest that counts, in base coin."""
        return (self.member.interest or 0.0) * self.weight

    @property
    def undrawn(self) -> Floats:
        """Per side, faded, in base coin; only where it counts."""
        return np.array(self.shown.undrawn or (0.0, 0.0)) * self.per_unit * self.weight

    def beyond(self, laid: Singles) -> Floats:
        """Per side what of it lies beyond the bins that hold `laid` [side, bin]: all it draws less what they hold.

        An inverse face beyond its own bins is taken at its mark.
        """
        shown = self.shown
        mass = shown.mass.sum(axis=1)
        coins = in_base(mass, shown.first_bin, shown.width) if self.member.instrument.inverse else mass
        drawn = coins.sum(axis=1, dtype=np.float64) + np.array(shown.outside) * self.per_unit
        beyond: Floats = np.maximum(drawn * self.weight - laid.sum(axis=1, dtype=np.float64), 0.0)
        return beyond


class Sum:
    """One map over venues. Moved at boundaries, after the pipelines it sums; owned by the engine."""

    def __init__(
        self, instrument: Instrument, venues: Sequence[str], inverse: bool, opened_ns: int, jobs: Jobs
    ) -> None:
        """`venues`: those chosen. `inverse`: inverse contracts are added, too. `jobs`: add up the past."""
        self._jobs = jobs
        self.instrument, self.venues, self.inverse = instrument, tuple(venues), inverse
        self.listed: set[str] = set()
        """The venues of which it is known what they list."""
        self.members: dict[str, Member] = {}
        self.reference: Member | None = None
        self.snapshots = Snapshots()
        self.liquidated: deque[Liquidated] = deque(maxlen=LIQUIDATIONS_KEPT)
        self.pace = Pace()
        self.history: tuple[list[History | None], list[float], History] | None = None
        """The figures through time, after those of the contracts they were made from and how much of each counts."""
        self._stepped_ns = opened_ns
        self._minute_ns = opened_ns - opened_ns % MINUTE_NS + MINUTE_NS
        self._rebuilt_ns = 0

    @property
    def wake_ns(self) -> int | None:
        """When the next of its contracts will have been silent for too long; None: none is heard."""
        heard = [m.heard_ns for m in self.members.values()]
        due = [at + FRESH_NS + 1 for at in heard if at is not None and at + FRESH_NS >= self._stepped_ns]
        return min(due, default=None)

    def step(self, now_ns: int, pipelines: Iterable[Pipeline]) -> None:
        """A boundary was worked; `pipelines`: of the contracts to add now."""
        kept = self.members
        self.members = {
            p.instrument.name: known if (known := kept.get(p.instrument.name)) and known.pipeline is p else Member(p)
            for p in pipelines
        }
        self._refer(now_ns)
        self._compare(now_ns)
        self._hear(now_ns)
        self._remember(now_ns)
        self._stepped_ns = now_ns

    def _refer(self, now_ns: int) -> None:
        """The contract with the most open interest is the reference; it stays so until another clearly has more."""
        fresh = [m for m in self.members.values() if (age := m.age_ns(now_ns)) is not None and age <= FRESH_NS]
        known = [m for m in self.members.values() if m.pipeline.price.value is not None]
        best = max(fresh or known, key=_size, default=None)
        now = self.reference
        if now is not None and now in (fresh or known) and (best is None or _size(best) <= OUSTS * _size(now)):
            return
        self.reference = best
        if best is not None:
            moved = best.premium
            for member in self.members.values():  # without a premium of the new one all are measured anew
                member.premium = None if member.premium is None or moved is None else member.premium - moved

    def _compare(self, now_ns: int) -> None:
        """How far each mark is from the reference's."""
        mark = None if self.reference is None else self.reference.pipeline.price.value
        if mark is None:
            return
        newer = 1.0 - math.exp(-(now_ns - self._stepped_ns) / SMOOTH_NS)
        for member in self.members.values():
            own, age = member.pipeline.price.value, member.age_ns(now_ns)
            if own is None or age is None or (age > FRESH_NS and member.premium is not None):
                continue
            over = math.log(own / mark)
            member.premium = over if member.premium is None else member.premium + (over - member.premium) * newer

    def _hear(self, now_ns: int) -> None:
        """Liquidations that were reported since the last boundary, at the reference's prices."""
        if self.members and all(m.pipeline.outlook.hearing for m in self.members.values()):
            self.pace.listen(now_ns)
        else:
            self.pace.deafen(now_ns)
        there = {one.venue for one in self.liquidated}
        new: list[Liquidated] = []
        before: list[Liquidated] = []
        for member in self.members.values():
            found = [_moved(one, member) for one in member.pipeline.happened_since(member.taken or 0)]
            if member.taken is not None:
                new += found
            elif member.instrument.venue not in there:
                before += found
            member.taken = member.pipeline.happened
        new.sort(key=_time)
        self.liquidated.extend(new)
        if before:  # a sum that is opened late shows what its venues had heard; its own pace begins with it
            self.liquidated = deque(sorted([*self.liquidated, *before], key=_time), LIQUIDATIONS_KEPT)
        for one in new:
            self.pace.take(now_ns, one.time_ns, one.side, one.usd)

    def _remember(self, now_ns: int) -> None:
        """The minute's snapshot; all of the past anew, little by little, where a member's history was built anew."""
        if now_ns >= self._minute_ns:
            if (snapshot := self._snapshot(self._minute_ns, MINUTE_NS)) is not None:
                self.snapshots.add(snapshot)
            self._minute_ns = now_ns - now_ns % MINUTE_NS + MINUTE_NS
        members = self.members.values()
        due = now_ns >= self._rebuilt_ns + REBUILD_NS and not self._jobs.runs((self.instrument.name, PAST))
        if due and self.reference is not None and any(m.past is not m.pipeline.estimate.snapshots for m in members):
            self._rebuilt_ns = now_ns
            for member in members:
                member.past = member.pipeline.estimate.snapshots
            whole = _whole_past(_Past(self.reference), [_Past(member) for member in members])
            self._jobs.begin((self.instrument.name, PAST), whole, self._built)

    def _built(self, past: Snapshots | None) -> None:
        """The past has been added up; what has become past meanwhile comes after it."""
        if past is not None:
            until_ns = max((snapshot.time_ns for snapshot in past.all()), default=0)
            until_ns = max(until_ns, self._rebuilt_ns)
            for snapshot in self.snapshots.all():
                if snapshot.time_ns > until_ns:
                    past.add(snapshot)
            self.snapshots = past

    def _snapshot(self, at_ns: int, tolerance_ns: int) -> Snapshot | None:
        """The sum at the end of a minute."""
        if self.reference is None:
            return None
        path = self.reference.pipeline.estimate.snapshots.at(at_ns, tolerance_ns)
        rows, held, whole = [], 0.0, 0.0
        for member in self.members.values():
            weight, own = member.weight(at_ns), member.pipeline.estimate.snapshots.at(at_ns, HALF_NS)
            whole += member.adds * weight
            if own is not None and member.adds * weight > 0.0:
                held += member.adds * weight
                rows.append((own, member.shift / WIDTH, weight, member.instrument.inverse))
        times = _times(held, whole)
        if path is None or times is None:
            return None
        return merged(path, [(own, shift, weight * times, inverse) for own, shift, weight, inverse in rows])


def _whole_past(reference: "_Past", pasts: Sequence["_Past"]) -> Generator[None, None, Snapshots]:
    """The sum through time, at the times that the reference's own past has."""
    out, whole = Snapshots(), sum(past.adds for past in pasts)
    spacing = [after - before for before, after in pairwise(reference.times)] or [MINUTE_NS]
    for place, (at, tolerance) in enumerate(zip(reference.times, [spacing[0], *spacing])):  # noqa: B905 - one has none
        found = [(p, s) for p in pasts if p.adds and (s := p.at(at, tolerance)) is not None]
        path, times = reference.at(at, 0), _times(sum(past.adds for past, _ in found), whole)
        if place % A_UNIT == 0:
            yield
        if path is None or times is None:
            continue
        rows = []
        for past, shot in found:
            then = reference.at(shot.time_ns, tolerance) or path  # a coarser past: the premium of its own moment
            shift = math.log(then.close / shot.close) / WIDTH
            rows.append((shot, shift, times, past.inverse))
        out.add(merged(path, rows))
    return out


class _Past:
    """A member's snapshots, to be looked up by time."""

    def __init__(self, member: Member) -> None:
        self._all = member.pipeline.estimate.snapshots.all()
        self.times = [snapshot.time_ns for snapshot in self._all]
        self.inverse, self.adds = member.instrument.inverse, member.adds

    def at(self, time_ns: int, tolerance_ns: int) -> Snapshot | None:
        """The newest not after `time_ns`; of the last one, only within the tolerance."""
        place = bisect_right(self.times, time_ns) - 1
        if place < 0:
            return None
        followed = place + 1 < len(self.times)  # it was true until the next: this past is coarser, that is all
        return self._all[place] if followed or time_ns - self.times[place] <= tolerance_ns else None


def _times(held: float, whole: float) -> float | None:
    """So often counts what is known of a moment, `held` of `whole` open interest: a contract of which nothing is known
    then must not make the past paler than now. None where too little is known."""
    return whole / held if held > 0.0 and held >= KNOWN * whole else None


def _moved(one: Liquidated, member: Member) -> Liquidated:
    """A liquidation in coins, at the reference's prices."""
    coins = one.size / one.mark if member.instrument.inverse else one.size
    return Liquidated(one.time_ns, one.side, coins, one.usd, one.mark * math.exp(member.shift), one.venue)


def _time(one: Liquidated) -> int:
    return one.time_ns


def _size(member: Member) -> float:
    return member.interest or 0.0
