"""What the public feed of a venue shows of its liquidations."""

from collections.abc import Sequence
from typing import Protocol

from liqtui.sim.tape import Forced

SECOND_NS = 10**9


class Reports(Protocol):
    """Decides which liquidations are told, step by step."""

    def told(self, forced: Sequence[Forced], now_ns: int) -> list[Forced]:
        """What is told at the start of a step whose liquidations these are."""
        ...


class EachSecond:
    """OKX's rule: at most one per contract and second, here the largest of the moment."""

    def __init__(self, contracts: int) -> None:
        self._told_ns = [0] * contracts

    def told(self, forced: Sequence[Forced], now_ns: int) -> list[Forced]:  # noqa: ARG002
        out = []
        for number in sorted({f.contract for f in forced}):
            largest = max((f for f in forced if f.contract == number), key=lambda f: f.lots)
            if largest.time_ns - self._told_ns[number] >= SECOND_NS:
                self._told_ns[number] = largest.time_ns
                out.append(largest)
        return out


class LargestOfSecond:
    """Binance's rule: of each second, when it is over, the largest per contract."""

    def __init__(self, contracts: int) -> None:
        self._second = 0
        self._largest: list[Forced | None] = [None] * contracts

    def told(self, forced: Sequence[Forced], now_ns: int) -> list[Forced]:
        out: list[Forced] = []
        if now_ns // SECOND_NS != self._second:
            out = [f for f in self._largest if f is not None]
            self._second, self._largest = now_ns // SECOND_NS, [None] * len(self._largest)
        for one in forced:
            before = self._largest[one.contract]
            if before is None or one.lots > before.lots:
                self._largest[one.contract] = one
        return out


class Everything:
    """Bybit's rule: all of them."""

    def __init__(self, contracts: int) -> None:
        pass

    def told(self, forced: Sequence[Forced], now_ns: int) -> list[Forced]:  # noqa: ARG002
        return list(forced)


class Nothing:
    """Hyperliquid's rule: there is no public feed."""

    def __init__(self, contracts: int) -> None:
        pass

    def told(self, forced: Sequence[Forced], now_ns: int) -> list[Forced]:  # noqa: ARG002
        return []
