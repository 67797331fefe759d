"""What Binance, Bybit and Hyperliquid list in the simulation, and the maintenance schedules of it.

Binance's are its published ones of October 2024, which the product brings along because Binance tells them to nobody
without an account. Bybit's and Hyperliquid's are of the venues' kind; both venues tell theirs.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from liqtui.sim.contracts import (
    PERPETUAL_LISTED_NS,
    QUARTER_LISTED_DAYS,
    UNDERLYINGS,
    Contract,
    Tier,
    expiries,
    ns_of,
)

PEPE = 1_000


def binance(start_ns: int, expires_h: float | None) -> tuple[Contract, ...]:
    """Three perpetuals, and bitcoin's quarter."""
    quarter = expiries(start_ns, expires_h)[1]
    return (
        _perpetual(0, 0, "BTCUSDT", 10, 1_000),
        _perpetual(1, 1, "ETHUSDT", 100, 1_000),
        _dated(2, 0, f"BTCUSDT_{quarter:%y%m%d}", quarter, "CURRENT_QUARTER"),
        _perpetual(3, 2, "1000PEPEUSDT", 10_000_000, 1, PEPE),
    )


def bybit(start_ns: int, expires_h: float | None) -> tuple[Contract, ...]:
    """Three perpetuals, and bitcoin's quarter."""
    quarter = expiries(start_ns, expires_h)[1]
    return (
        _perpetual(0, 0, "BTCUSDT", 10, 1_000),
        _perpetual(1, 1, "ETHUSDT", 100, 100),
        _dated(2, 0, f"BTCUSDT-{quarter:%d%b%y}".upper(), quarter, ""),
        _perpetual(3, 2, "1000PEPEUSDT", 10_000_000, 1, PEPE),
    )


def hyperliquid(_start_ns: int, _expires_h: float | None) -> tuple[Contract, ...]:
    """Three perpetuals; prices of five digits."""
    return (
        _perpetual(0, 0, "BTC", 1, 100_000),
        _perpetual(1, 1, "ETH", 10, 10_000),
        _perpetual(2, 2, "kPEPE", 1_000_000, 1, PEPE),
    )


def _perpetual(number: int, coin: int, symbol: str, ticks: int, lots: int, multiple: int = 1) -> Contract:
    family = UNDERLYINGS[coin].family
    return Contract(number, coin, symbol, family, "SWAP", 1.0, ticks, "", PERPETUAL_LISTED_NS, None, lots, multiple)


def _dated(number: int, coin: int, symbol: str, expiry: datetime, alias: str) -> Contract:
    listed = ns_of(expiry - timedelta(days=QUARTER_LISTED_DAYS))
    return Contract(
        number, coin, symbol, UNDERLYINGS[coin].family, "FUTURES", 1.0, 10, alias, listed, ns_of(expiry), 1_000
    )


# Floors in quote, maintenance in per cent and greatest leverage of each step, then the last one's cap.
Steps = tuple[tuple[tuple[float, float, float], ...], float]
_K, _M = 1e3, 1e6
_BINANCE: dict[str, Steps] = {
    "BTC": (
        (
            (0, 0.4, 125), (50 * _K, 0.5, 100), (600 * _K, 0.65, 75), (3 * _M, 1, 50), (12 * _M, 2, 25),
            (70 * _M, 2.5, 20), (100 * _M, 5, 10), (230 * _M, 10, 5), (480 * _M, 12.5, 4), (600 * _M, 15, 3),
            (800 * _M, 25, 2), (1_200 * _M, 50, 1),
        ), 1_800 * _M,
    ),
    "ETH": (
        (
            (0, 0.4, 125), (50 * _K, 0.5, 100), (600 * _K, 0.65, 75), (3 * _M, 1, 50), (12 * _M, 2, 25),
            (50 * _M, 2.5, 20), (65 * _M, 5, 10), (150 * _M, 10, 5), (320 * _M, 12.5, 4), (400 * _M, 15, 3),
            (530 * _M, 25, 2), (800 * _M, 50, 1),
        ), 1_200 * _M,
    ),
    "1000PEPE": (
        (
            (0, 0.65, 75), (20 * _K, 1, 50), (200 * _K, 1.5, 40), (300 * _K, 2, 25), (1.5 * _M, 2.5, 20),
            (3 * _M, 5, 10), (15 * _M, 10, 5), (30 * _M, 12.5, 4), (37.5 * _M, 25, 2), (75 * _M, 50, 1),
        ), 150 * _M,
    ),
    "dated": (
        (
            (0, 1, 50), (50 * _K, 2, 25), (375 * _K, 5, 10), (2 * _M, 10, 5), (4 * _M, 12.5, 4), (10 * _M, 15, 3),
            (20 * _M, 25, 2), (40 * _M, 50, 1),
        ), 120 * _M,
    ),
}
_BYBIT: dict[str, Steps] = {
    "BTC": (
        ((0, 0.5, 100), (2 * _M, 0.56, 90), (2.6 * _M, 0.62, 80), (3.2 * _M, 0.71, 70), (3.8 * _M, 0.83, 60),
         (5 * _M, 1, 50), (20 * _M, 1.25, 40), (40 * _M, 1.67, 30), (60 * _M, 2.5, 20), (120 * _M, 5, 10)), 240 * _M,
    ),
    "ETH": (
        ((0, 0.5, 100), (1.5 * _M, 0.65, 75), (3 * _M, 1, 50), (15 * _M, 2, 25), (45 * _M, 2.5, 20), (90 * _M, 5, 10)),
        180 * _M,
    ),
    "1000PEPE": (((0, 1, 50), (200 * _K, 1.5, 33), (800 * _K, 2.5, 20), (3 * _M, 5, 10), (8 * _M, 10, 5)), 20 * _M),
    "dated": (((0, 0.5, 100), (1 * _M, 1, 50), (5 * _M, 2, 25), (20 * _M, 5, 10)), 50 * _M),
}
_ENDLESS = 1e15
_HYPERLIQUID: dict[str, Steps] = {
    "BTC": (((0, 1.25, 40), (150 * _M, 2.5, 20)), _ENDLESS),
    "ETH": (((0, 2, 25), (100 * _M, 10 / 3, 15)), _ENDLESS),
    "1000PEPE": (((0, 5, 10), (20 * _M, 10, 5)), _ENDLESS),
}
"""Maintenance is half the initial margin at the step's greatest leverage."""


@cache
def binance_tiers(contract: Contract) -> Sequence[Tier]:
    """Binance's schedule of a contract, in quote."""
    return _steps(_BINANCE, contract)


@cache
def bybit_tiers(contract: Contract) -> Sequence[Tier]:
    """Bybit's risk limits of a contract, in quote."""
    return _steps(_BYBIT, contract)


@cache
def hyperliquid_tiers(contract: Contract) -> Sequence[Tier]:
    """Hyperliquid's margin table of a contract, in quote."""
    return _steps(_HYPERLIQUID, contract)


def _steps(table: dict[str, Steps], contract: Contract) -> Sequence[Tier]:
    """The steps with the amounts that make the requirement continuous."""
    rows, last = table[contract.base if contract.expiry_ns is None else "dated"]
    found: list[Tier] = []
    amount = before = 0.0
    for (floor, percent, leverage), cap in zip(rows, [*(row[0] for row in rows[1:]), last], strict=True):
        amount += floor * (percent / 100 - before)
        before = percent / 100
        found.append(Tier(floor, cap, before, leverage, round(amount, 9)))
    return tuple(found)
