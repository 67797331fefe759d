"""Hyperliquid over a simulated market: one subscription a message, whole books, trades with their parties."""

import json
from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import Any

from liqtui.sim.faces import _hyperliquid_wire as wire
from liqtui.sim.faces._hyperliquid_info import Info
from liqtui.sim.faces.base import Answer, Call, Due, Face, Listener, Topic, frame
from liqtui.sim.faces.books import BookFeed, BookUpdate, Sides
from liqtui.sim.faces.days import Days
from liqtui.sim.market import Market
from liqtui.sim.people import People
from liqtui.sim.tape import Step

ADDRESS = "/ws"
BOOK_STEPS, CONTEXT_STEPS = 5, 10
"""Steps between two books (0.5 s), and between two contexts."""
CHANNELS = ("trades", "l2Book", "activeAssetCtx")
REPLAYED = 30
"""So many old trades a new subscriber is told again."""
QUIET_S = 60.0


def create(market: Market) -> "Hyperliquid":
    """Hyperliquid as it stands over a market."""
    return Hyperliquid(market)


class Hyperliquid(Face):
    """The Hyperliquid face. Every stream begins with what is known already, trades with old ones."""

    connects = 30, 60.0
    asks = 2_000, 60.0
    quiet = QUIET_S, 1000, "Inactive"
    broken = '{"channel":"trades","data":[{"coin":"BT', '{"channel":1,"data":"x"}', "[]", "NaN", '{"data":[{}]}'

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self._books = BookFeed(market, lambda _: 0, _counted)
        self._symbols = {c.symbol: c for c in market.contracts}
        self.people = People(market)
        self._recent: dict[str, deque[str]] = {c.symbol: deque(maxlen=REPLAYED) for c in market.contracts}
        self._days = Days(market)
        self._info = Info(market, self._books, self.people, self._recent, self._days)
        self._steps = 0

    # --- what is asked ------------------------------------------------------------------------------------------

    def is_socket(self, path: str) -> bool:
        return path == ADDRESS

    def hear(self, session: Listener, message: str | bytes, now_s: float) -> None:
        if not self.admitted(session, now_s):
            session.hang_up(1008, "Rate limited")
            return
        try:
            request = json.loads(message)
            method, asked = request["method"], request.get("subscription")
        except (ValueError, KeyError, TypeError, AttributeError):
            text = message if isinstance(message, str) else message.decode("utf-8", "replace")
            session.answer(wire.error(f"Error parsing JSON into valid websocket request: {text[:100]}"))
            return
        if method == "ping":
            session.answer('{"channel":"pong"}')
        elif isinstance(asked, dict) and method in ("subscribe", "unsubscribe"):
            self._change(session, method, asked)
        # an array of subscriptions is met with silence

    def _change(self, session: Listener, method: str, asked: dict[str, Any]) -> None:
        kind, coin = asked.get("type"), asked.get("coin")
        shown = json.dumps(asked, separators=(",", ":"))
        if not isinstance(coin, str) or kind not in CHANNELS or coin not in self._symbols:
            session.answer(wire.error(f"Invalid subscription {shown}"))
            return
        topic: Topic = kind, coin
        if (topic in session.topics) == (method == "subscribe"):
            session.answer(wire.error(f"Already {method}d: {shown}"))
            return
        session.answer(wire.response(method, kind, coin))
        if method == "subscribe":
            self.add(session, topic)
        else:
            self.remove(session, topic)

    def first(self, topic: Topic) -> str | None:
        kind, coin = topic
        contract, now_ms = self._symbols[coin], self.market.now_ns // 1_000_000
        if kind == "l2Book":
            return wire.book_frame(contract, self._books.shown[contract.number].after, now_ms)
        if kind == "activeAssetCtx":
            return wire.context_frame(self.market, contract, self._days.of(contract.number))
        return wire.trades_frame(self._recent[coin])

    # --- HTTP ---------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        return self._info.answer(call)

    def refusal(self, status: int) -> Answer:
        return Answer(status, "null")

    def skip_books(self) -> None:
        """A book that is left out is missed until the next: nothing chains them."""
        self._books.skip()

    # --- frames -------------------------------------------------------------------------------------------------

    def frames(self, step: Step) -> list[Due]:
        self._steps += 1
        self._days.step()
        streams = self._trades, self._changes, self._contexts
        due = [one for stream in streams for one in stream(step)]
        due.sort(key=lambda one: one.time_ms)
        return due

    def _trades(self, step: Step) -> Iterable[Due]:
        """One frame per contract and block."""
        end_ms = step.end_ns // 1_000_000
        for contract, tape in zip(self.market.contracts, step.tapes, strict=True):
            if tape is None:
                continue
            topic = "trades", contract.symbol
            count = len(tape.ticks) if self.heard(topic) else min(len(tape.ticks), REPLAYED)
            rows = wire.trades(contract, tape, self.people, end_ms, count)
            self._recent[contract.symbol].extend(rows)
            if self.heard(topic):
                yield Due(end_ms, topic, frame(wire.trades_frame(rows).encode()))

    def _changes(self, step: Step) -> Iterable[Due]:
        end_ms = step.end_ns // 1_000_000
        for update in self._books.updates():
            topic = "l2Book", self.market.contracts[update.number].symbol
            yield Due(end_ms, topic, partial(self._leave, update, end_ms, topic, self._steps % BOOK_STEPS == 0))

    def _leave(self, update: BookUpdate, time_ms: int, topic: Topic, told: bool) -> bytes:
        if not told or not self.heard(topic):
            self._books.shown[update.number] = update
            return b""
        if not self._books.leave(update):
            return b""
        contract = self.market.contracts[update.number]
        return frame(wire.book_frame(contract, update.after, time_ms).encode())

    def _contexts(self, step: Step) -> Iterable[Due]:
        if self._steps % CONTEXT_STEPS:
            return
        end_ms = step.end_ns // 1_000_000
        for kind, coin in self.heard_topics():
            if kind == "activeAssetCtx":
                contract = self._symbols[coin]
                text = wire.context_frame(self.market, contract, self._days.of(contract.number))
                yield Due(end_ms, (kind, coin), frame(text.encode()))


def _counted(changes: Sides) -> int:
    return 1 if len(changes[0].ticks) or len(changes[1].ticks) else 0
