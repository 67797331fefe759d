"""One simulated market and the product's own engine on it, in one process, without any wire between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from liqtui.engine import Engine
from liqtui.events import (
    Ack,
    Backfill,
    BookDelta,
    Event,
    FeedState,
    FeedStatus,
    Follow,
    Gap,
    Index,
    Level,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Side,
    Trade,
)
from liqtui.lab.harvest import HYPERLIQUID, Harvest
from liqtui.lab.history import instrument_of, pages, tiers_of
from liqtui.liqmap.score_maps import BaselineMaps
from liqtui.sim import truth
from liqtui.sim.book import BookSide
from liqtui.sim.contracts import LOTS_PER_CONTRACT
from liqtui.sim.market import Market
from liqtui.sim.openings import Openings, TrueOpenings
from liqtui.sim.settings import STEP_NS, SimSettings
from liqtui.sim.tape import Forced, Step, Tape
from liqtui.venues.base import Request
from liqtui.venues.okx import Okx
from liqtui.view import View

SECOND = 10**9
MINUTE = 60 * SECOND
START_NS = 1_791_547_200 * SECOND
"""2026-10-09 12:00 UTC: every laboratory's clock starts here, on a whole minute, so that history joins at once."""
LATENCY_NS = 20_000_000
BOOK_EVERY_S, INTEREST_EVERY_S = 10.0, 6.0
JOINT_SETTLES_NS = 2 * SECOND
SILENCE_KEY = 11
FEW_TRADES = 0.0
"""Frames a second: as few trades, and as large ones, as the market makes at all."""


class _Complete(Okx):
    """The same venue with a feed that leaves no liquidation out."""

    thinned_liquidations = False


class _Public(Okx):
    """The same venue as if it were Hyperliquid: what anybody holds is public, of liquidations nothing is told."""

    def positions_request(self, address: str) -> Request:
        return HYPERLIQUID.positions_request(address)


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of exchange time of which the feed brings nothing."""

    start_ns: int
    end_ns: int


class World:
    """A market of a regime and the engine that sees its feed. Deterministic per (regime, seed) and arguments."""

    def __init__(
        self, regime: str, seed: int, *, thin: bool = False, step_ns: int = 10 * STEP_NS,
        book_every_s: float = BOOK_EVERY_S, public_s: float | None = None,
    ) -> None:
        """`thin`: the feed shows one liquidation a second, by OKX's rule; else all of them.

        `public_s`: positions are public and harvested, liquidations are not told; addresses that opened within so many
        seconds before are known from an earlier run. None: the usual venue.

        `step_ns`: the market's. At 1 s it is as wild as at 0.5 s (30 s moves, liquidations); at 2 s half as wild again.
        """
        self.market = Market(
            SimSettings(
                seed=seed, start_ns=START_NS, rate=FEW_TRADES, thin=thin, regime=regime, step_ns=step_ns, lean=True
            ),
            START_NS,
        )
        self.contract = self.market.contracts[self.market.subject]
        self._openings = Openings(np.array([c.lot for c in self.market.contracts]))
        self.market.crowd.openings = self._openings
        kind = Okx if thin else _Complete if public_s is None else _Public
        self._venue = kind("wss://sim.invalid", "https://sim.invalid")
        self.harvest = None if public_s is None else Harvest(self.market, self.contract, START_NS, public_s)
        """Asks what addresses hold, where that is public."""
        self.engine = Engine([self._venue])
        self.name = f"{self._venue.name}:{self.symbol}"
        self.silences = tuple(self._plan_silences(seed))
        self._silent = False
        self._joint_ns: int | None = None
        self._book_every_ns = int(book_every_s * SECOND)
        self._book_due_ns = self._interest_due_ns = START_NS
        self._open()

    # --- the run ------------------------------------------------------------------------------------------------

    @property
    def symbol(self) -> str:
        """The contract that is watched."""
        return self.contract.symbol

    @property
    def now_s(self) -> float:
        """Seconds since the market opened."""
        return self.market.now_s

    @property
    def mark(self) -> float:
        return float(self.market.marks[self.contract.number])

    @property
    def ended(self) -> bool:
        """The contract has been settled."""
        return bool(self.market.settled[self.contract.number])

    def run(self, seconds: float) -> None:
        """Let the market live on and the engine hear of it."""
        until_ns = self.market.now_ns + round(seconds * SECOND)
        while self.market.now_ns < until_ns:
            self.step()

    def closely(self, step_ns: int, book_every_s: float) -> None:
        """From here on steps of this length, and a book so often."""
        self.market.pace(step_ns)
        self._book_every_ns = int(book_every_s * SECOND)

    def step(self) -> None:
        """One step of the market, and what the feed brings of it."""
        step = self.market.step()
        recv_ns = step.end_ns + LATENCY_NS
        if self._is_silent(step.start_ns):
            self.engine.advance(recv_ns)
            return
        self._take(recv_ns, list(self._events(step, recv_ns)))
        if self.harvest is not None:
            self._take(recv_ns, list(self.harvest.answers(step.end_ns)))
        if self._joint_ns is not None and step.end_ns >= self._joint_ns + JOINT_SETTLES_NS:
            self._join(recv_ns)

    def view(self) -> View:
        """What a pane would show now."""
        self.engine.publish()
        view = self.engine.view(self.name)
        assert view is not None  # it is followed from the start
        return view

    # --- the truth ----------------------------------------------------------------------------------------------

    def positions(self) -> truth.TruePositions:
        """Who is open in the contract, now."""
        return truth.positions(self.market, self.symbol)

    def true_map(self, first_bin: int, bins: int, width: float, until_ns: int | None = None) -> NDArray[np.float64]:
        """What would really be liquidated, base coin, [side, bin], on the bins of a View's map; of positions opened
        before a time.
        """
        edges = np.exp((first_bin + np.arange(bins + 1)) * width)
        return truth.final_map(self.market, self.symbol, edges, until_ns)

    def held_map(self, first_bin: int, bins: int, width: float) -> NDArray[np.float64]:
        """As `true_map`, of the positions with the margin they have now."""
        edges = np.exp((first_bin + np.arange(bins + 1)) * width)
        return truth.liquidation_map(self.market, self.symbol, edges)

    def baselines(self) -> BaselineMaps | None:
        """What the map has to beat, as the engine's own running score keeps it; None before its first step."""
        pipeline = self.engine.pipeline(self.name)
        return None if pipeline is None else pipeline.scoring.baselines

    def openings(self) -> TrueOpenings:
        """Everything opened in the contract since the market opened."""
        return self._openings.of(self.contract.number)

    def liquidations(self) -> list[Forced]:
        """All of the contract's liquidations since the market opened."""
        return [forced for forced in self.market.liquidations if forced.contract == self.contract.number]

    # --- feeds --------------------------------------------------------------------------------------------------

    def _take(self, recv_ns: int, events: list[Event]) -> None:
        self.engine.take(self._venue.name, recv_ns, events)

    def _open(self) -> None:
        """Listing, tiers, history up to now: what the feeds fetch before anything is shown."""
        now, listed = START_NS, [instrument_of(self._venue.name, c) for c in self.market.contracts]
        kind = "SWAP" if self.contract.kind == "SWAP" else "FUTURES"
        live = FeedStatus(self._venue.name, "lab", now, FeedState.LIVE)
        self._take(now, [
            Listing(self._venue.name, listed, now), live, Follow(self.symbol, True), tiers_of(self.contract),
            *([Ack(f"liquidation-orders:{kind}")] if self.harvest is None else []),
        ])
        self._backfill(now)
        self._take(now, [Backfill(self.symbol, "joined", 1, 1, now)])

    def _backfill(self, recv_ns: int) -> None:
        finest = self._venue.history[-1]
        for period in self._venue.history:
            rows = pages(self.market, self.contract.number, period, interest=period is not finest)
            self._take(recv_ns, list(rows))
        self._take(recv_ns, [Backfill(self.symbol, finest.name, 1, 1)])

    def _join(self, recv_ns: int) -> None:
        """The minute after a break is closed: history and the live stream are one again."""
        finest = self._venue.history[-1]
        self._take(recv_ns, [
            *pages(self.market, self.contract.number, finest, interest=False),
            Backfill(self.symbol, "joined", 1, 1, self._joint_ns),
        ])
        self._joint_ns = None

    def _is_silent(self, time_ns: int) -> bool:
        """Whether the feed brings nothing of this time; tells the engine when that changes, as the feeds would."""
        silent = any(s.start_ns <= time_ns < s.end_ns for s in self.silences)
        if silent and not self._silent:
            self._note(time_ns, FeedState.CONNECTING, "the connection is lost")
            self._take(time_ns, [Gap(self.symbol, "trades", time_ns, "the connection is lost")])
            self._joint_ns = None
        elif self._silent and not silent:
            self._note(time_ns, FeedState.LIVE, "")
            self._backfill(time_ns)
            self._joint_ns = -(-time_ns // MINUTE) * MINUTE
            self._book_due_ns = self._interest_due_ns = time_ns
        self._silent = silent
        return silent

    def _note(self, time_ns: int, state: FeedState, reason: str) -> None:
        self._take(time_ns, [FeedStatus(self._venue.name, "lab", time_ns, state, reason)])

    def _plan_silences(self, seed: int) -> Iterator[Silence]:
        """Outages of the regime, drawn ahead for a day."""
        regime, rng = self.market.regime, np.random.default_rng([SILENCE_KEY, seed])
        if regime.silence_every_s is None:
            return
        at_s = 0.0
        while at_s < 86_400:
            at_s += float(rng.uniform(*regime.silence_every_s))
            length_s = float(rng.uniform(*regime.silence_s))
            yield Silence(START_NS + int(at_s) * SECOND, START_NS + int(at_s + length_s) * SECOND)
            at_s += length_s

    def _events(self, step: Step, recv_ns: int) -> Iterator[Event]:
        """What the streams bring of a step, each event once."""
        number, symbol, lot = self.contract.number, self.symbol, self.contract.lot
        for forced in step.reported:
            if forced.contract == number and self.harvest is None:
                yield Liquidation(
                    symbol, forced.time_ns, recv_ns, Side(forced.side), forced.lots * lot, forced.bankruptcy
                )
        if self.ended:
            return
        tape = step.tapes[number]
        if tape is not None:
            ticks = self.contract.ticks_per_quote
            rows = zip(tape.time_ms.tolist(), tape.ticks.tolist(), tape.lots.tolist(), tape.buy.tolist(), strict=True)
            parties = self._parties(tape)
            for at, ((time_ms, price, lots, buy), who) in enumerate(zip(rows, parties, strict=False), tape.first_id):
                trade = Trade(symbol, time_ms * 1_000_000, recv_ns, price / ticks, lots * lot, buy, str(at), who)
                if self.harvest is not None:
                    self.harvest.hear(trade)
                yield trade
        if step.marked:
            yield Mark(symbol, step.end_ns, recv_ns, self.mark)
            index = float(self.market.indices.prices[self.contract.underlying])
            yield Index(self.contract.family, step.end_ns, recv_ns, round(index, 2))
        if step.end_ns >= self._interest_due_ns:
            self._interest_due_ns = step.end_ns + int(INTEREST_EVERY_S * SECOND)
            yield OpenInterest(symbol, step.end_ns, recv_ns, float(self.market.open_interest[number]) * lot)
        if step.end_ns >= self._book_due_ns:
            self._book_due_ns = step.end_ns + self._book_every_ns
            book = self.market.books[number]
            bids, asks = self._levels(book.bids), self._levels(book.asks)
            yield BookDelta(symbol, step.end_ns, recv_ns, bids, asks, self.contract.size, snapshot=True)

    def _parties(self, tape: Tape) -> Iterable[tuple[str, str] | None]:
        """Of each trade, where they are public; else None for ever."""
        return repeat(None) if self.harvest is None else self.harvest.parties(tape)

    def _levels(self, side: BookSide) -> list[Level]:
        """A side of the book as it stands, sizes in contracts."""
        there = side.lots > 0
        prices = (side.keys[there] * side.sign / self.contract.ticks_per_quote).tolist()
        return [Level(p, s) for p, s in zip(prices, (side.lots[there] / LOTS_PER_CONTRACT).tolist(), strict=True)]
