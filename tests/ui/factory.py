"""Synthetic Views with fixed seeds: a walk of the mark, openings along it, and what of them is not yet swept."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from liqtui.events import FeedState, Side
from liqtui.instruments import Catalogue, Instrument, Kind, Name, UnknownInstrumentError
from liqtui.liqmap.clusters import Cluster
from liqtui.liqmap.zones import Fill, Slippage, find_zones
from liqtui.market.jumps import Jump
from liqtui.market.pace import PaceView
from liqtui.market.reliability import Facts, reliability
from liqtui.view import (
    BackfillView,
    Basis,
    BookView,
    FeedView,
    Figure,
    Figures,
    Health,
    Liquidated,
    LiquidatedTotals,
    MapView,
    Problem,
    Row,
    Snapshot,
    View,
)

SECOND, MINUTE, HOUR, DAY = 10**9, 60 * 10**9, 3600 * 10**9, 86_400 * 10**9
NOW = 1_747_908_000 * SECOND
"""2025-05-22 10:00 UTC: on a round hour, so that buckets are easy to name."""
WIDTH = 0.0005
HALF_BINS = 1000
RUNGS = tuple(float(x) for x in np.geomspace(2, 125, 24))

Floats = NDArray[np.float64]


def instrument(symbol: str = "BTC-USDT-SWAP", **changes: object) -> Instrument:
    base, quote = symbol.split("-")[:2]
    dated = symbol.rpartition("-")[2].isdigit()
    plain = Instrument(
        "okx", symbol, base, quote, quote, Kind.DATED if dated else Kind.PERPETUAL, False, 0.01, 0.1,
        f"{base}-{quote}", f"{base}-{quote}", None, NOW + 22 * HOUR if symbol.endswith("250523") else
        NOW + 36 * DAY if dated else None, 125.0,
    )
    return replace_struct(plain, changes)


def replace_struct(plain: Instrument, changes: dict[str, object]) -> Instrument:
    fields = {name: getattr(plain, name) for name in plain.__struct_fields__} | changes
    return Instrument(**fields)


PERPETUAL, WEEKLY, QUARTERLY = (instrument(f"BTC-USDT-{x}") for x in ("SWAP", "250523", "250627"))
ETH, PEPE = instrument("ETH-USDT-SWAP"), instrument("PEPE-USDT-SWAP", tick=1e-10)
ALL = (PERPETUAL, WEEKLY, QUARTERLY, ETH, PEPE)


class Market:
    """One market's past and future by the minute; `view(minute)` is what the engine would publish then."""

    def __init__(self, seed: int = 7, minutes: int = 1500, price: float = 60_012.4, swing: float = 0.0009) -> None:
        rng = np.random.default_rng(seed)
        steps = rng.normal(0, swing, minutes) * (1 + 2.5 * (rng.random(minutes) < 0.03))
        log = np.cumsum(steps)
        self.path = np.exp(np.log(price) + log - log[min(720, minutes - 1)] - 0.02 * np.sin(np.arange(minutes) / 210))
        self.path *= price / self.path[min(720, minutes - 1)]
        self.opened = rng.gamma(0.3, 40.0, (2, minutes)) * (1 + 25 * (rng.random((2, minutes)) < 0.02))
        self.minutes = minutes
        self._bins = np.floor(np.log(self.path) / WIDTH).astype(int)
        self._weights = np.array(RUNGS) ** -0.35
        self._weights /= self._weights.sum()

    def mass(self, minute: int) -> tuple[int, NDArray[np.float32]]:
        """First bin and [side, rung, bin] at a minute: every opening not swept since."""
        centre = int(self._bins[minute])
        first = centre - HALF_BINS
        out = np.zeros((2, len(RUNGS), 2 * HALF_BINS))
        past = np.arange(minute + 1)
        back = self._bins[: minute + 1][::-1]
        lowest = np.minimum.accumulate(back)[::-1]
        highest = np.maximum.accumulate(back)[::-1]
        for r, leverage in enumerate(RUNGS):
            shift = np.log1p(1 / leverage - 0.004 if leverage < 120 else 0.0045) / WIDTH
            for side, liq, alive in (
                (Side.LONG, self._bins[past] - int(shift), lowest > self._bins[past] - int(shift)),
                (Side.SHORT, self._bins[past] + int(shift), highest < self._bins[past] + int(shift)),
            ):
                inside = alive & (liq >= first) & (liq < first + 2 * HALF_BINS)
                np.add.at(out[side, r], liq[inside] - first, self.opened[side, past[inside]] * self._weights[r])
        kernel = np.exp(-0.5 * (np.arange(-5, 6) / 1.3) ** 2)
        kernel /= kernel.sum()
        smooth = np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 2, out)
        smooth[Side.LONG, :, HALF_BINS:] = 0
        smooth[Side.SHORT, :, :HALF_BINS] = 0
        return first, smooth.astype(np.float32)

    def snapshot(self, minute: int, time_ns: int, since: int) -> Snapshot:
        first, mass = self.mass(minute)
        cuts = [0, *np.searchsorted(RUNGS, (10.0, 40.0)).tolist(), len(RUNGS)]
        grouped = np.stack([mass[:, a:b].sum(axis=1) for a, b in pairwise(cuts)], axis=1)
        first -= first % 2
        coarse = grouped.reshape(2, 3, -1, 2).sum(axis=3)
        scale = float(coarse.max()) / 1024 or 1.0
        walked = self.path[max(since, 0) : minute + 1]
        return Snapshot(time_ns, first, 2, (coarse / scale).astype(np.float16), scale,
                        float(walked.min()), float(walked.max()), float(walked[-1]))

    def snapshots(self, minute: int, now_ns: int, every: int = 5, reach: int = 720) -> tuple[Snapshot, ...]:
        from_minute = max(minute - reach, every)
        return tuple(
            self.snapshot(m, now_ns - (minute - m) * MINUTE, m - every) for m in range(from_minute, minute + 1, every)
        )

    def clusters(self, first: int, mass: NDArray[np.float32], mark: float) -> tuple[Cluster, ...]:
        """Local tops, far enough apart; good enough to draw."""
        found = []
        for side in Side:
            row = mass[side].sum(axis=0)
            order = np.argsort(row)[::-1]
            tops: list[int] = []
            for at in order:
                if row[at] <= 0 or len(tops) == 5:
                    break
                if all(abs(at - top) > 14 for top in tops):
                    tops.append(int(at))
            for n, at in enumerate(tops):
                price = float(np.exp((first + at + 0.5) * WIDTH))
                found.append(Cluster(
                    side, price * 0.9985, price * 1.0015, price, (price / mark - 1) * 100,
                    float(row[at - 3 : at + 4].sum()), float(row[at] / mass.sum(axis=1).max() * 100),
                    (None if n == 4 else 0.12 - 0.07 * n),
                ))
        return tuple(found)

    def view(self, minute: int = 720, now_ns: int = NOW, snapshots: tuple[Snapshot, ...] | None = None) -> View:
        first, mass = self.mass(minute)
        mark = float(self.path[minute])
        mass.flags.writeable = False
        rng = np.random.default_rng(minute)
        bins = np.arange(2 * HALF_BINS) - HALF_BINS
        volume = (np.exp(-0.5 * (bins / 40) ** 2) * 900 + np.exp(-0.5 * ((bins + 60) / 15) ** 2) * 500)
        depth = (8 + 0.8 * np.abs(bins)) * rng.uniform(0.6, 1.4, bins.shape)
        near = np.abs(bins) < 120
        clusters = self.clusters(first, mass, mark)
        longs, shorts = mass.sum(axis=1)
        return View(
            minute, 1, PERPETUAL, (PERPETUAL, WEEKLY, QUARTERLY), now_ns, figures(mark, now_ns),
            MapView(WIDTH, first, RUNGS, mass, (0.0, 0.0), (1000.0, 900.0), True),
            clusters,
            self.snapshots(minute, now_ns) if snapshots is None else snapshots,
            liquidations(self, minute, now_ns), volume.astype(np.float32),
            BookView(first, np.where(near & (bins < 0), depth, 0).astype(np.float32),
                     np.where(near & (bins > 0), depth, 0).astype(np.float32)),
            health(now_ns),
            find_zones(longs, shorts, first, WIDTH, mark, clusters),
            Slippage((Fill(1e5, 0.003, 0.004), Fill(1e6, 0.021, 0.034)), 38.4e6, 41.2e6),
            PaceView("subsiding", now_ns - 3 * MINUTE, Side.LONG, 5_300.0, 690.0, 5 * HOUR),
            (Jump(mark * 1.004, mark * 1.0085, False, now_ns - 4 * MINUTE - SECOND, now_ns - 4 * MINUTE),),
        )


def figures(mark: float, now_ns: int) -> Figures:
    def fresh(value: float) -> Figure:
        return Figure(value, now_ns - SECOND)

    return Figures(
        fresh(mark + 1.5), 0.0124, fresh(mark), "mark", fresh(mark - 20), fresh(140_120.0), 140_120.0 * mark, 0.008,
        fresh(0.000081), now_ns + 3 * HOUR + 12 * MINUTE, 8 * HOUR, fresh(1.23),
        (Basis(PERPETUAL, mark, 0.0002, None, None), Basis(WEEKLY, mark * 1.0008, 0.0008, 0.031, 0.9),
         Basis(QUARTERLY, mark * 1.0081, 0.0081, 0.082, 36.0)),
        tuple(float(x) for x in np.cumsum(np.sin(np.arange(60) / 7) * 4 + 1)), 0.54, (41.2e6, 38.4e6),
        LiquidatedTotals((0.41e6, 0.02e6), (38.2e6, 21.7e6), now_ns - 5 * HOUR),
        Liquidated(now_ns - 12 * SECOND, Side.LONG, 0.85, 0.85 * mark, mark, "okx"), 0.61, 0.034,
    )


def liquidations(market: Market, minute: int, now_ns: int) -> tuple[Liquidated, ...]:
    rng = np.random.default_rng(3)
    out = []
    for ago in sorted(rng.integers(1, 600, 26).tolist(), reverse=True):
        at = max(minute - ago, 1)
        fell = market.path[at] < market.path[at - 1]
        usd = float(rng.lognormal(11, 1.4))
        mark = float(market.path[at])
        out.append(Liquidated(now_ns - ago * MINUTE, Side.LONG if fell else Side.SHORT, usd / mark, usd, mark, "okx"))
    return tuple(out)


def health(now_ns: int, state: FeedState = FeedState.LIVE, reason: str = "", words: tuple[str, ...] = (),
           backfill: BackfillView | None = None) -> Health:
    retry = now_ns + 8 * SECOND if state is FeedState.REFUSED else None
    feed = FeedView("okx", state, now_ns - 12 * SECOND, reason, retry, 84_000_000, 1, 2, 3)
    problems = (Problem(now_ns - HOUR, "okx books BTC-USDT-SWAP: seqId jumped"),
                Problem(now_ns - 90 * SECOND, "okx frame rejected: truncated JSON"))
    told = reliability(Facts(
        feed="" if state is FeedState.LIVE else f"okx is {state.value}", feed_ns=12 * SECOND, sampled=True,
        turned=0.0017, jumped=0.11,
    ))
    return Health((feed,), words, problems, backfill, told)


class FakeSource:
    """A `view.Source` that holds what a test put in."""

    def __init__(self, views: dict[str, View], kind: str = "live", status: Health | None = None,
                 instruments: tuple[Instrument, ...] = ALL) -> None:
        self.views, self.kind, self.catalogue = views, kind, Catalogue(instruments)
        self.now_ns, self.closed = NOW, False
        self.names: tuple[str, ...] = ()
        self.watched: list[str] = []
        self.opened: list[str] = []
        self.rows: dict[str, Row] = {}
        self.glanced: tuple[str, ...] = ()
        self._status = status or health(NOW, FeedState.CONNECTING)

    venues: tuple[str, ...] = ("okx",)
    sums: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()

    def open_venues(self, names: Iterable[str]) -> None:
        self.opened += names

    def clock_ns(self) -> int:
        return self.now_ns

    def view(self, name: str) -> View | None:
        return self.views.get(name)

    def watch(self, name: str) -> None:
        venue, _, symbol = name.partition(":")
        self.catalogue.resolve(Name(venue, symbol), self.now_ns)
        self.watched.append(name)

    def glance(self, names: Collection[str]) -> None:
        self.glanced = tuple(names)

    def row(self, name: str) -> Row | None:
        return self.rows.get(name)

    def trouble(self, name: str) -> str | None:
        return None

    def status(self) -> Health:
        return self._status

    def close(self) -> None:
        self.closed = True


class FakeReplay(FakeSource):
    """A source that is also a player, and notes what it was told."""

    def __init__(self, views: dict[str, View]) -> None:
        super().__init__(views, "replay")
        self.speed, self.paused, self.span_ns = 1.0, False, (NOW - HOUR, NOW + HOUR)
        self.told: list[tuple[str, object]] = []

    def pause(self, on: bool) -> None:
        self.paused = on

    seeking = False

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def step(self, boundaries: int) -> None:
        self.told.append(("step", boundaries))

    def seek(self, time_ns: int) -> None:
        self.told.append(("seek", time_ns))


__all__ = ["ALL", "NOW", "FakeReplay", "FakeSource", "Market", "UnknownInstrumentError", "health", "instrument",
           "replace"]
