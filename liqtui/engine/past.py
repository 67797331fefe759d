"""What backfill brought, put in order: one row of bars without overlap, coarse before fine."""

from bisect import bisect_right
from dataclasses import dataclass, field

from liqtui.events import Bar, Candles, InterestHistory


@dataclass(frozen=True, slots=True)
class PastBar:
    """A closed bar of trades with the mark's bar over the same time, and open interest at its two ends."""

    start_ns: int
    end_ns: int
    bar: Bar
    mark: Bar | None
    interest: float | None
    """At the end, in units; None where the venue did not keep it."""


@dataclass(slots=True)
class Past:
    """The pages of history of one instrument as they come in. Owned by its pipeline."""

    candles: dict[int, dict[int, Bar]] = field(default_factory=dict)
    """period → open time → bar."""
    marks: dict[int, dict[int, Bar]] = field(default_factory=dict)
    interest: dict[int, dict[int, float]] = field(default_factory=dict)
    """period → time → units."""

    def add(self, event: Candles | InterestHistory) -> None:
        """File a page. Bars that still grow are left out: live events or a later page carry that time."""
        if isinstance(event, InterestHistory):
            self.interest.setdefault(event.period_ns, {}).update(event.points)
            return
        book = (self.marks if event.mark else self.candles).setdefault(event.period_ns, {})
        book.update((bar.open_ns, bar) for bar in event.bars if bar.confirmed)

    def row(self, until_ns: int | None = None) -> list[PastBar]:
        """Closed bars oldest first, each stretch of time once, as fine as history has it, up to `until_ns`.

        A finer period takes over at the first of its bars that starts where a coarser bar ends, so that neither a
        hole nor an overlap is left at the change.
        """
        out: list[PastBar] = []
        for period in sorted(self.candles, reverse=True):
            bars = self._unbroken(period)
            if not bars:
                continue
            if out:
                start = self._takeover(out, bars)
                if start is None:
                    continue
                out = [b for b in out if b.end_ns <= start]
                bars = [b for b in bars if b.start_ns >= start]
            out += bars
        return [b for b in out if until_ns is None or b.end_ns <= until_ns]

    def end_ns(self) -> int | None:
        """Where closed history ends."""
        row = self.row()
        return row[-1].end_ns if row else None

    def _unbroken(self, period: int) -> list[PastBar]:
        """The period's newest run of bars without a hole, as far back as their mark is known, if it is known at all."""
        bars, marks = self.candles[period], self.marks.get(period, {})
        interest = sorted({point for points in self.interest.values() for point in points.items()})
        oldest_mark = min(marks, default=0)
        run: list[PastBar] = []
        for start in sorted(bars, reverse=True):
            if start < oldest_mark or (run and start + period != run[-1].start_ns):
                break
            end = start + period
            run.append(PastBar(start, end, bars[start], marks.get(start), _known_at(interest, end, period)))
        return run[::-1]

    @staticmethod
    def _takeover(coarse: list[PastBar], fine: list[PastBar]) -> int | None:
        """Where `fine` may take over: a boundary of both, or None when they do not meet."""
        if fine[0].start_ns <= coarse[0].start_ns:
            return fine[0].start_ns
        ends = {b.end_ns for b in coarse} | {coarse[0].start_ns}
        return next((b.start_ns for b in fine if b.start_ns in ends), None)


def _known_at(points: list[tuple[int, float]], time_ns: int, tolerance_ns: int) -> float | None:
    """The newest point not after `time_ns` and younger than the tolerance."""
    at = bisect_right(points, (time_ns, float("inf"))) - 1
    return points[at][1] if at >= 0 and time_ns - points[at][0] < tolerance_ns else None
