"""Binance USD-M over a simulated market: routed streams, and what it answers."""

import json
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from liqtui.sim.faces import _binance_wire as wire
from liqtui.sim.faces._binance_rest import Rest, failure
from liqtui.sim.faces.base import Answer, Call, Due, Face, Listener, Topic, frame
from liqtui.sim.faces.books import BookFeed, BookUpdate, Sides
from liqtui.sim.market import Market
from liqtui.sim.tape import Step

ADDRESS = ""
"""Clients are given the host; the routes are theirs to know."""
BOOKS, MARKETS = "/public/stream", "/market/stream"
ROUTES = {
    "aggTrade": MARKETS, "markPrice@1s": MARKETS, "markPrice": MARKETS, "forceOrder": MARKETS, "depth@100ms": BOOKS,
    "!forceOrder@arr": MARKETS, "!contractInfo": MARKETS,
}
"""Where each stream speaks. Elsewhere it is acknowledged and silent."""
EVERYBODY = ""
"""Whose a stream of all contracts is."""
MARK_STEPS = {"markPrice@1s": 10, "markPrice": 30}
NUMBERS_PER_LEVEL = 7
"""A change of a level stands for several updates of the real book, whose numbers all streams share."""


def create(market: Market) -> "Binance":
    """Binance as it stands over a market."""
    return Binance(market)


class Binance(Face):
    """The Binance face. A subscription is acknowledged by its number and begins with whatever comes next."""

    connects = 300, 300.0
    asks = 10, 1.0
    ping_s = 180.0
    broken = '{"stream":"btcusdt@aggTrade","data":{"e":"aggTr', '{"stream":1,"data":"x"}', "[]", "NaN", '{"data":[{}]}'

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.books = BookFeed(market, lambda number: 11_671_659_683_245 + 10**9 * number, _numbers)
        self._rest = Rest(market, self.books)
        self._symbols = {c.symbol: c for c in market.contracts}
        self._asked: dict[Listener, list[str]] = {}
        self._steps = 0

    # --- what is asked ------------------------------------------------------------------------------------------

    def is_socket(self, path: str) -> bool:
        return path in (BOOKS, MARKETS)

    def hear(self, session: Listener, message: str | bytes, now_s: float) -> None:
        if not self.admitted(session, now_s):
            session.hang_up(1008, "Too many requests")
            return
        try:
            request = json.loads(message)
            method, number, names = request["method"], request.get("id"), request.get("params", [])
            known = isinstance(names, list) and all(isinstance(name, str) for name in names)
        except (ValueError, KeyError, TypeError, AttributeError):
            session.answer('{"error":{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}}')
            return
        if not known or method not in ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS"):
            error = {"code": 2, "msg": f"Invalid request: unknown variant `{method}`"}
            session.answer(json.dumps({"error": error, "id": number}))
            return
        if method == "SUBSCRIBE":
            self._subscribe(session, names)
        elif method == "UNSUBSCRIBE":
            self._unsubscribe(session, names)
        result = self._asked.get(session, []) if method == "LIST_SUBSCRIPTIONS" else None
        session.answer(json.dumps({"result": result, "id": number}, separators=(",", ":")))

    def forget(self, session: Listener) -> None:
        super().forget(session)
        self._asked.pop(session, None)

    def _subscribe(self, session: Listener, names: list[str]) -> None:
        """Any name is taken, as Binance takes it; those that speak on this route speak."""
        asked = self._asked.setdefault(session, [])
        for name in names:
            if name not in asked:
                asked.append(name)
            topic = self._topic(name)
            if topic is not None and ROUTES[topic[0]] == urlsplit(session.path).path:
                self.add(session, topic)

    def _unsubscribe(self, session: Listener, names: list[str]) -> None:
        for name in names:
            if name in self._asked.get(session, []):
                self._asked[session].remove(name)
            topic = self._topic(name)
            if topic is not None:
                self.remove(session, topic)

    def _topic(self, name: str) -> Topic | None:
        """`btcusdt@depth@100ms`: a stream of a contract; `!forceOrder@arr`: of all."""
        if name in ROUTES:
            return name, EVERYBODY
        symbol, _, kind = name.partition("@")
        known = symbol == symbol.lower() and symbol.upper() in self._symbols and kind in ROUTES
        return (kind, symbol.upper()) if known else None

    # --- REST ---------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        return self._rest.answer(call)

    def refusal(self, status: int) -> Answer:
        words = {
            403: "Forbidden", 418: "Way too many requests; IP banned.", 429: "Too many requests.",
            451: "Service unavailable from a restricted location according to 'b. Eligibility' in our terms.",
        }
        return failure(status, 0 if status == 451 else -1003, words.get(status, "Service unavailable"))

    def skip_books(self) -> None:
        self.books.skip()

    # --- frames -------------------------------------------------------------------------------------------------

    def frames(self, step: Step) -> list[Due]:
        streams = self._trades, self._liquidations, self._changes, self._marks, self._ends
        due = [one for stream in streams for one in stream(step)]
        due.sort(key=lambda one: one.time_ms)
        self._steps += 1
        return due

    def _trades(self, step: Step) -> Iterable[Due]:
        for contract, tape in zip(self.market.contracts, step.tapes, strict=True):
            topic = "aggTrade", contract.symbol
            if tape is not None and self.heard(topic):
                for time_ms, text in wire.trades(contract, tape):
                    yield Due(time_ms, topic, frame(text.encode()))

    def _liquidations(self, step: Step) -> Iterable[Due]:
        for forced in step.reported:
            contract, now_ms = self.market.contracts[forced.contract], step.start_ns // 1_000_000
            for topic in (("forceOrder", contract.symbol), ("!forceOrder@arr", EVERYBODY)):
                if self.heard(topic):
                    text = wire.force_order(topic[1], contract, forced, now_ms)
                    yield Due(now_ms, topic, frame(text.encode()))

    def _changes(self, step: Step) -> Iterable[Due]:
        end_ms = step.end_ns // 1_000_000
        for update in self.books.updates():
            topic = "depth@100ms", self.market.contracts[update.number].symbol
            yield Due(end_ms, topic, partial(self._leave, update, end_ms, topic))

    def _leave(self, update: BookUpdate, time_ms: int, topic: Topic) -> bytes:
        """A change leaves: from here on REST has it, too."""
        if not self.books.leave(update) or not self.heard(topic):
            return b""
        return frame(wire.depth(self.market.contracts[update.number], update, time_ms).encode())

    def _marks(self, step: Step) -> Iterable[Due]:
        end_ms = step.end_ns // 1_000_000
        for topic in self.heard_topics():
            kind, symbol = topic
            every = MARK_STEPS.get(kind)
            if every is not None and self._steps % every == 0:
                contract = self._symbols[symbol]
                if not self.market.settled[contract.number]:
                    yield Due(end_ms, topic, frame(wire.mark(self.market, contract, kind, end_ms).encode()))

    def _ends(self, step: Step) -> Iterable[Due]:
        """Contracts that were settled in the step."""
        topic = "!contractInfo", EVERYBODY
        for number in step.settled:
            if self.heard(topic):
                text = wire.contract_info(self.market.contracts[number], step.end_ns // 1_000_000)
                yield Due(step.end_ns // 1_000_000, topic, frame(text.encode()))


def _numbers(changes: Sides) -> int:
    return 1 + NUMBERS_PER_LEVEL * (len(changes[0].ticks) + len(changes[1].ticks))
