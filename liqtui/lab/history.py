"""The simulated market's past as the events an exchange's REST answers decode to."""

from collections.abc import Iterator

from liqtui.events import Bar, Candles, InterestHistory, Tier, Tiers
from liqtui.instruments import Instrument, Kind
from liqtui.sim.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, Period
from liqtui.sim.contracts import MAX_LEVERAGE, Contract, tiers
from liqtui.sim.market import Market
from liqtui.venues.base import HistoryPeriod

SECOND = 10**9


def instrument_of(venue: str, contract: Contract) -> Instrument:
    """A contract as the venue lists it."""
    return Instrument(
        venue=venue, symbol=contract.symbol, base=contract.base, quote="USDT", settle="USDT",
        kind=Kind.PERPETUAL if contract.expiry_ns is None else Kind.DATED, inverse=False,
        contract_size=contract.size, tick=1 / contract.ticks_per_quote, family=contract.family, index=contract.family,
        listed_ns=contract.listed_ns, expiry_ns=contract.expiry_ns, max_leverage=float(MAX_LEVERAGE),
    )


def tiers_of(contract: Contract) -> Tiers:
    """The maintenance schedule of a contract's family and kind, in contracts."""
    steps = [
        Tier(float(t.floor), float(t.cap), t.maintenance, t.max_leverage) for t in tiers(contract.base, contract.kind)
    ]
    kind = Kind.PERPETUAL if contract.expiry_ns is None else Kind.DATED
    return Tiers(contract.family, False, steps, kind)


def pages(market: Market, number: int, period: HistoryPeriod, *, interest: bool) -> Iterator[Candles | InterestHistory]:
    """Closed bars of trades and of the mark as deep as the venue keeps them, and open interest if it has it."""
    contract, step = market.contracts[number], Period(period.seconds * SECOND, 0)
    since = market.now_ns - period.depth_s * SECOND
    for mark in (False, True):
        opens, values, confirmed = market.bars.query(number, step, mark=mark)
        kept = confirmed & (opens >= since)
        rows = values[:, kept].T[:, [OPEN, HIGH, LOW, CLOSE, VOLUME]].tolist()
        bars = [
            Bar(opened, o, h, low, c, None if mark else lots * contract.lot, True)
            for opened, (o, h, low, c, lots) in zip(opens[kept].tolist(), rows, strict=True)
        ]
        yield Candles(contract.symbol, step.length, mark, bars)
    if interest:
        opens, lots, _ = market.records.rows(number, step, period.depth_s * SECOND, market.now_ns)
        ends = (opens + step.length).tolist()
        yield InterestHistory(
            contract.symbol, step.length, list(zip(ends, (lots * contract.lot).tolist(), strict=True))
        )
