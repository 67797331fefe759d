"""The running score of one instrument: its own frozen forecasts against what then happened, every five minutes."""

from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from liqtui.engine.estimate import MINUTE_NS, Estimate, Path
from liqtui.engine.jobs import Jobs
from liqtui.engine.past import PastBar
from liqtui.engine.price import STALE_NS
from liqtui.events import FeedState, FeedStatus, Gap, Liquidation, Mark, Side, Trade
from liqtui.instruments import Instrument
from liqtui.liqmap.grid import WIDTH, Floats, bin_of
from liqtui.liqmap.path import Path as BarPath
from liqtui.liqmap.path import falls_first, path_volumes
from liqtui.liqmap.score import LEAST_EVENTS, poisson_deviance
from liqtui.liqmap.score_maps import MODEL, SHIFT_BINS, WINDOW, BaselineMaps, FrozenMap
from liqtui.liqmap.score_steps import NAMES, TENTH, Forced, Frozen, StepScore, StepScorer, Table
from liqtui.market.batch import Columns
from liqtui.venues.base import Venue
from liqtui.view import Score

STEP_NS = 5 * MINUTE_NS
LATE_NS = MINUTE_NS
"""A step is judged this long after its end: what is reported late still counts to it."""
KEPT = 288
"""Steps of a day; what is older is forgotten."""
SEED_NS = 3 * 86_400 * 10**9
"""History the baselines begin with."""
SEED = "the baselines' history"
"""The job of a score."""
A_UNIT = 4
"""Bars for the baselines cost as much as one for the map."""
_DOWN = (FeedState.CONNECTING, FeedState.STALE, FeedState.REFUSED)

NO_MAP, JOINING, SETTLED = "no map yet", "history not joined", "settled"
NO_MARK, STALE_MARK = "mark unknown", "mark stale"
NO_FEED, OUTAGE = "liquidations not heard", "feed outage"

Judged = Callable[[Instrument, StepScore], None]


@dataclass(slots=True)
class _Step:
    """A step that runs, or waits to be judged."""

    start_ns: int
    frozen: Frozen | None
    trouble: str
    """Why it will not be scored; empty so far."""


@dataclass(slots=True)
class _Gathered:
    """What the baselines have not been told yet."""

    volume: dict[int, float] = field(default_factory=dict)
    """Traded units by bin of price; the trades themselves would be millions in a fast market."""
    interest: float | None = None
    low: float = np.inf
    high: float = 0.0

    def traded(self, trades: Columns) -> None:
        bins = np.floor(np.log(trades.price) / WIDTH).astype(np.int64)
        first = int(bins.min())
        for above, units in enumerate(np.bincount(bins - first, trades.size).tolist()):
            if units:
                self.volume[first + above] = self.volume.get(first + above, 0.0) + units

    def by_bin(self) -> tuple[int, Floats]:
        """The first bin and the volumes from there on."""
        first = min(self.volume, default=0)
        volumes = np.zeros(max(self.volume, default=-1) + 1 - first)
        for at, units in self.volume.items():
            volumes[at - first] = units
        return first, volumes


class Scoring:
    """Owned by a pipeline, single-threaded; a pure function of what it is told.

    Between boundaries it only files things away; once in five minutes it works.
    """

    def __init__(self, instrument: Instrument, venue: Venue, jobs: Jobs, judged: Judged | None = None) -> None:
        """`jobs`: lay the history that the baselines begin with. `judged`: told of every step."""
        self._jobs = jobs
        self.score: Score | None = None
        """Of the last 24 hours; None before the first step is over."""
        self._instrument, self._judged = instrument, judged
        self._needed = _needed(venue, instrument.symbol)
        self._scorer = StepScorer()
        self._baselines: BaselineMaps | None = None
        self._steps: deque[StepScore] = deque()
        self._running: _Step | None = None
        self._waiting: _Step | None = None
        self._marks: list[tuple[int, float]] = []
        self._forced: list[Liquidation] = []
        self._gathered = _Gathered()
        self._seeded: BaselineMaps | None = None
        """Made of new history, for the baselines to go on with."""
        self._down: set[str] = set()
        self._broken = False

    @property
    def baselines(self) -> BaselineMaps | None:
        """What the map is compared with, as it stood at the last step's boundary."""
        return self._baselines

    @property
    def steps(self) -> tuple[StepScore, ...]:
        """Those of the last 24 hours, oldest first."""
        return tuple(self._steps)

    # --- between boundaries -------------------------------------------------------------------------------------

    def mark(self, time_ns: int, price: float) -> None:
        """A mark, by the exchange's clock."""
        self._marks.append((time_ns, price))

    def forced(self, reports: Sequence[Liquidation]) -> None:
        """Liquidations, each once."""
        self._forced += reports

    def moved(self, path: Path, trades: Columns, interest: float | None) -> None:
        """A live step: the mark's path, trades that no candle holds, open interest if it was reported."""
        gathered = self._gathered
        gathered.low, gathered.high = min(gathered.low, path.low), max(gathered.high, path.high)
        gathered.interest = interest if interest is not None else gathered.interest
        self.traded(trades)

    def traded(self, trades: Columns) -> None:
        """Trades that no candle holds."""
        if trades:
            self._gathered.traded(trades)

    def history(self, bars: Sequence[PastBar]) -> None:
        """There is new history, oldest bar first, and what was traded until now is in it."""
        self._gathered.volume.clear()
        recent = [bar for bar in bars if bar.start_ns >= bars[-1].end_ns - SEED_NS]
        if recent:
            self._jobs.begin((self._instrument.name, SEED), _seeding(recent), self._laid)

    def _laid(self, seeded: BaselineMaps | None) -> None:
        self._seeded = seeded

    def status(self, event: FeedStatus) -> None:
        """A connection changed state; while one is down nothing is scored."""
        if event.state in _DOWN:
            self._down.add(event.connection)
            self.outage()
        else:
            self._down.discard(event.connection)

    def gap(self, event: Gap) -> None:
        """Something is missing in the recording, or of a stream."""
        if event.symbol is None or event.stream in self._needed:
            self.outage()

    def whole(self) -> bool:
        """Nothing is missing since the last call."""
        whole = not self._down and not self._broken
        self._broken = False
        return whole

    def outage(self) -> None:
        """Something is missing from now on, or was lost."""
        self._broken = True
        if self._running is not None and not self._running.trouble:
            self._running.trouble = OUTAGE

    # --- at boundaries ------------------------------------------------------------------------------------------

    def minute(self, now_ns: int, estimate: Estimate, mark: float | None, source: str, heard_ns: int | None) -> None:
        """A minute ends.

        Args:
            now_ns: the boundary.
            estimate: whose map is judged.
            mark: the mark now, or what stands in for it.
            source: where it is from.
            heard_ns: since when liquidations are heard.
        """
        if self._waiting is not None and now_ns >= self._waiting.start_ns + STEP_NS + LATE_NS:
            self._judge(self._waiting)
            self._waiting = None
        if now_ns % STEP_NS == 0:
            self._turn(now_ns, estimate, mark, source, heard_ns)
        oldest = self._waiting or self._running
        if oldest is not None:
            self._marks = [mark for mark in self._marks if mark[0] >= oldest.start_ns]
            self._forced = [report for report in self._forced if report.time_ns >= oldest.start_ns]
        else:
            self._marks.clear()
            self._forced.clear()

    def finish(self) -> None:
        """No more will come: judge the step that waits for late reports."""
        if self._waiting is not None:
            self._judge(self._waiting)
            self._waiting = None

    def _turn(self, now_ns: int, estimate: Estimate, mark: float | None, source: str, heard_ns: int | None) -> None:
        """One step ends and the next begins."""
        running, self._running = self._running, None
        if running is not None:
            if running.start_ns + STEP_NS != now_ns:
                running.trouble = running.trouble or OUTAGE
            self._waiting = running
        if mark is None:
            return
        self._tell_baselines(mark)
        trouble = self._unfit(now_ns, estimate, source, heard_ns)
        frozen = None if trouble else self._freeze(now_ns, estimate, mark)
        self._running = _Step(now_ns, frozen, trouble)

    def _unfit(self, now_ns: int, estimate: Estimate, source: str, heard_ns: int | None) -> str:
        """Why a step that begins now cannot be scored."""
        reasons = (
            (estimate.settled, SETTLED),
            (bool(self._down), OUTAGE),
            (estimate.joining, JOINING),
            (estimate.stock is None, NO_MAP),
            (source != "mark", NO_MARK),
            (heard_ns is None or heard_ns > now_ns, NO_FEED),
        )
        return next((reason for holds, reason in reasons if holds), "")

    def _freeze(self, now_ns: int, estimate: Estimate, mark: float) -> Frozen | None:
        if estimate.stock is None or self._baselines is None:
            return None
        reach = WINDOW + SHIFT_BINS
        first = bin_of(mark) - reach
        mass = estimate.stock.by_rung(first, 2 * reach + 1).mass.sum(axis=1, dtype=np.float64)
        model = FrozenMap(first, mass * self._instrument.quote_value(1.0, mark))
        return self._scorer.freeze(now_ns / 1e9, mark, model, self._baselines)

    def _tell_baselines(self, mark: float) -> None:
        """Move the baselines through what was gathered since the last boundary."""
        if self._baselines is None:
            self._baselines = BaselineMaps(mark)
        self._jobs.finish((self._instrument.name, SEED))
        if self._seeded is not None:
            self._baselines.restart_from(self._seeded)
            self._seeded = None
        gathered, self._gathered = self._gathered, _Gathered()
        path = min(gathered.low, mark), max(gathered.high, mark), mark
        self._baselines.step(*gathered.by_bin(), gathered.interest, path, STEP_NS / 1e9)

    def _judge(self, step: _Step) -> None:
        """The step is over, and its reports are in."""
        end_ns = step.start_ns + STEP_NS
        marks = sorted(mark for mark in self._marks if step.start_ns <= mark[0] < end_ns)
        times = [step.start_ns, *(at for at, _ in marks), end_ns]
        if not step.trouble and max(b - a for a, b in pairwise(times)) > STALE_NS:  # nobody knows what was swept
            step.trouble = STALE_MARK
        if step.trouble or step.frozen is None or self._baselines is None:
            score = StepScore(step.start_ns, step.trouble)
        else:
            prices = [step.frozen.mark, *(price for _, price in marks)]
            reports = [report for report in self._forced if step.start_ns <= report.time_ns < end_ns]
            score = self._scorer.judge(
                step.frozen, step.start_ns, min(prices), max(prices), self._at_marks(reports, times, prices),
                self._baselines,
            )
        self._steps.append(score)
        while self._steps[0].time_ns <= score.time_ns - KEPT * STEP_NS:
            self._steps.popleft()
        self.score = summary(self._steps)
        if self._judged is not None:
            self._judged(self._instrument, score)

    def _at_marks(self, reports: Sequence[Liquidation], times: list[int], prices: list[float]) -> list[Forced]:
        """Each report with the mark at its exchange time and the one before; `times` has one more at its end."""
        at = np.searchsorted(np.array(times[:-1]), [report.time_ns for report in reports], side="right") - 1
        return [
            Forced(report.side, self._instrument.quote_value(report.size, prices[i]), prices[max(i - 1, 0)], prices[i])
            for report, i in zip(reports, at.tolist(), strict=True)
        ]


def summary(steps: Sequence[StepScore]) -> Score:
    """The score of the last day, as the screen shows it. Under 100 events nothing is claimed."""
    table = Table.of(steps)
    events, wide = int(table.events.sum()), float(table.wide.sum())
    skipped = Counter(step.reason for step in steps if step.reason)
    claims = events >= LEAST_EVENTS
    captured = _capture(table) if claims and wide >= LEAST_EVENTS else None
    return Score(
        since_ns=steps[0].time_ns,
        n_steps=len(table.times_ns),
        n_events=events,
        capture10=captured,
        lift=None if captured is None else captured / TENTH,
        deviance=_deviance(table, MODEL) if claims else None,
        deviance_excursion=_deviance(table, "excursion") if claims else None,
        reason="" if claims else f"{events} of {LEAST_EVENTS} events",
        skipped=tuple(sorted(skipped.items())),
    )


def _capture(table: Table) -> float:
    """The model's capture@10 %, both sides."""
    return float(table.captured[:, NAMES.index(MODEL)].sum() / table.seen.sum())


def _deviance(table: Table, name: str) -> float | None:
    """Per dollar, over the steps in which levels were known."""
    sizes = table.liquidated[table.levelled]
    if not sizes.any():
        return None
    means = table.means[table.levelled, NAMES.index(name)]
    return float(poisson_deviance(sizes, means).sum() / sizes.sum())


def _needed(venue: Venue, symbol: str) -> frozenset[str | None]:
    """The streams without which a step cannot be scored: trades, marks and liquidations."""
    events = (
        Trade(symbol, 0, 0, 0.0, 0.0, True, ""), Mark(symbol, 0, 0, 0.0),
        Liquidation(symbol, 0, 0, Side.LONG, 0.0, 0.0),
    )
    return frozenset(map(venue.stream_of, events))


def _seeding(bars: Sequence[PastBar]) -> Generator[None, None, BaselineMaps]:
    """Baselines that have lived through history, oldest bar first; at least one."""
    baselines = BaselineMaps(bars[-1].bar.close)
    for place, bar in enumerate(bars):
        _seed(baselines, bar)
        if place % A_UNIT == 0:
            yield
    return baselines


def _seed(baselines: BaselineMaps, bar: PastBar) -> None:
    """Move the baselines through a bar of history."""
    traded, marked = bar.bar, bar.mark or bar.bar
    corners = traded.open, traded.high, traded.low, traded.close
    laid = path_volumes(BarPath.of(corners, WIDTH, falls_first(corners)), traded.volume or 0.0)
    path = marked.low, marked.high, marked.close
    baselines.step(*laid, bar.interest, path, (bar.end_ns - bar.start_ns) / 1e9)
