"""Hyperliquid's universe: contracts, their names, their margin tiers."""

import itertools
import math
import re

from liqtui.events import Event, Listing, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument, Kind
from liqtui.venues._hyperliquid_wire import Listed, MarginTier, Universe
from liqtui.venues._text import speakable

NAME = "hyperliquid"
_PRICE_DECIMALS = 6
_THOUSANDS = re.compile(r"k[A-Z]")


def contract(symbol: str) -> tuple[str, float]:
    """The coin behind a name and how many of it one contract holds: `kPEPE` is 1,000 PEPE."""
    return (symbol[1:], 1_000.0) if _THOUSANDS.match(symbol) else (symbol, 1.0)


def listing_of(universe: Universe, recv_ns: int) -> list[Event]:
    """Every contract that trades. Delisted ones stay in the universe for their index and are left out here."""
    listed = [_instrument(row) for row in universe.listed if not row.delisted and row.name and speakable(row.name)]
    return [Listing(NAME, listed, recv_ns)]


def tiers_of(universe: Universe, coin: str) -> list[Event]:
    """The margin tiers of one contract: maintenance is half the initial margin at the tier's maximum leverage.

    A deduction makes it continuous in the notional, `d_n = d_{n−1} + floor_n · (m_n − m_{n−1})` [O]. A table that is
    not spelt out has one tier.
    """
    row = next((row for row in universe.listed if row.name == coin), None)
    if row is None:
        return []
    table = next((table for number, table in universe.tables if number == row.table), None)
    steps = sorted(table.tiers, key=lambda t: t.floor) if table is not None else []
    steps = steps or [MarginTier(0.0, row.leverage)]
    tiers: list[Tier] = []
    amount, below = 0.0, 0.0
    for step, above in itertools.zip_longest(steps, steps[1:]):
        rate = 0.5 / step.leverage
        amount += step.floor * (rate - below) if tiers else 0.0
        below = rate
        cap = math.inf if above is None else above.floor
        tiers.append(Tier(step.floor, cap, rate, step.leverage, amount))
    return [Tiers(coin, False, tiers, unit=TierUnit.VALUE)]


def _instrument(row: Listed) -> Instrument:
    base, units = contract(row.name)
    return Instrument(
        venue=NAME,
        symbol=row.name,
        base=base,
        quote="USD",
        settle="USDC",
        kind=Kind.PERPETUAL,
        inverse=False,
        contract_size=units,
        # The finest step there is: above five significant digits steps are coarser [O].
        tick=10.0 ** (row.decimals - _PRICE_DECIMALS) / units,
        family=row.name,
        index=base,
        max_leverage=row.leverage,
    )
