"""OKX v5 over a simulated market: what it understands, what it sends, and its manners."""

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from liqtui.sim.contracts import UNDERLYINGS
from liqtui.sim.faces import _okx_wire as wire
from liqtui.sim.faces._okx_rest import Rest
from liqtui.sim.faces.base import Answer, Call, Due, Face, Listener, Topic, frame
from liqtui.sim.faces.books import BookFeed, BookUpdate, Sides
from liqtui.sim.faces.days import Days
from liqtui.sim.market import Market
from liqtui.sim.tape import Step

API = "/api/v5/"
BY_TYPE = ("liquidation-orders", "instruments")
BY_INDEX = "index-tickers"
PERPETUAL_ONLY = "funding-rate"
CHANNELS = ("trades", "books", "mark-price", "open-interest", "tickers", PERPETUAL_ONLY)
INTEREST_STEPS, FUNDING_STEPS = 30, 300
"""Steps between two reports: open interest every 3 s, funding every 30 s."""
ADVICE = "Please use the correct URL, channel and parameters referring to API document."
IDLE_S = 30.0
ADDRESS = "/ws/v5/public"


def create(market: Market) -> "Okx":
    """OKX as it stands over a market."""
    return Okx(market)


class Okx(Face):
    """The OKX face. Whoever subscribes gets the present state at once, a book's snapshot first of all."""

    connects = 3, 1.0
    asks = 480, 3_600.0
    idle = IDLE_S, 4004, "No data received in 30s."
    broken = '{"arg":{"channel":"trades","instId":"BTC-USDT-S', '{"arg":1,"data":"x"}', "[]", "NaN", '{"data":[{}]}'

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self._rest = Rest(market)
        self._coins = [u for row, u in enumerate(UNDERLYINGS) if any(c.underlying == row for c in market.contracts)]
        self._books = BookFeed(market, lambda number: 32_032_594_283 + 1_000_000_000 * number, _changed)
        self._days = Days(market)
        self._steps = 0

    # --- what is asked ------------------------------------------------------------------------------------------

    def is_socket(self, path: str) -> bool:
        return path == ADDRESS

    def hear(self, session: Listener, message: str | bytes, now_s: float) -> None:
        if message == "ping":
            session.answer("pong")
            return
        try:
            request = json.loads(message)
            op, arguments = request["op"], request["args"]
            known = op in ("subscribe", "unsubscribe") and isinstance(arguments, list) and arguments
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            session.answer(_error("60012", f"Invalid request: {_clipped(message)}"))
        elif not self.admitted(session, now_s):
            session.answer(_error("60014", "Requests too frequent"))
        else:
            for argument in arguments:
                self._change(session, op, argument)

    def _change(self, session: Listener, op: str, argument: object) -> None:
        understood = self.understood(argument)
        if understood is None:
            shown = ",".join(f"{k}:{v}" for k, v in argument.items()) if isinstance(argument, dict) else str(argument)
            session.answer(_error("60018", f"Wrong URL or {shown} doesn't exist. {ADVICE}"))
            return
        topic = understood["channel"], understood.get("instId") or understood["instType"]
        session.answer(_acknowledgement(op, understood))
        if op == "subscribe":
            self.add(session, topic)
        else:
            self.remove(session, topic)

    def understood(self, argument: object) -> dict[str, str] | None:
        """The argument as OKX would echo it, with what it does not know stripped; None if there is no such channel."""
        if not isinstance(argument, dict):
            return None
        channel = argument.get("channel")
        key = "instType" if channel in BY_TYPE else "instId"
        value = argument.get(key)
        if isinstance(channel, str) and isinstance(value, str) and self._exists(channel, value):
            return {"channel": channel, key: value}
        return None

    def _exists(self, channel: str, value: str) -> bool:
        if channel in BY_TYPE:
            return value in ("SWAP", "FUTURES")
        if channel == BY_INDEX:
            return any(u.family == value for u in self._coins)
        kinds = ("SWAP",) if channel == PERPETUAL_ONLY else ("SWAP", "FUTURES")
        return channel in CHANNELS and any(
            c.symbol == value and c.kind in kinds and not self.market.settled[c.number]
            for c in self.market.contracts
        )

    # --- REST ---------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        if not call.path.startswith(API):
            return Answer(404, '{"code":"404","data":[],"msg":"Not Found"}')
        return self._rest.answer(call.path.removeprefix(API), call.query, call.now_s)

    def refusal(self, status: int) -> Answer:
        words = {429: ("50011", "Too Many Requests"), 503: ("50001", "Service temporarily unavailable")}
        code, message = words.get(status, (str(status), "Access denied"))
        return Answer(status, json.dumps({"code": code, "data": [], "msg": message}, separators=(",", ":")))

    def skip_books(self) -> None:
        self._books.skip()

    # --- frames -------------------------------------------------------------------------------------------------

    def first(self, topic: Topic) -> str | None:
        channel, name = topic
        market, now_ms = self.market, self.market.now_ns // 1_000_000
        if channel == "books":
            shown = self._books.shown[market.number(name)]
            return wire.book(market.contracts[shown.number], "snapshot", shown.after, now_ms, shown.seq, -1)
        if channel == "instruments":
            listed = [c for c in market.contracts if c.kind == name and not market.settled[c.number]]
            rows = ",".join(wire.instrument(c) for c in listed)
            return wire.data_frame(channel, "instType", name, rows)
        if channel in BY_TYPE or channel == "trades":
            return None
        return wire.data_frame(channel, "instId", name, self._body(channel, name, now_ms))

    def _body(self, channel: str, name: str, now_ms: int) -> str:
        market = self.market
        if channel == BY_INDEX:
            row = next(k for k, u in enumerate(UNDERLYINGS) if u.family == name)
            return wire.index(market, row, now_ms)
        number = market.number(name)
        if channel == "mark-price":
            return wire.mark(market, number, now_ms)
        if channel == "open-interest":
            return wire.open_interest(market, number, now_ms)
        if channel == PERPETUAL_ONLY:
            return wire.funding(market, number, now_ms)
        return wire.ticker(market, market.books[number], self._days.of(number), now_ms)

    def frames(self, step: Step) -> list[Due]:
        """Everything a step has to say to those who listen, in order of time."""
        streams = self._trades, self._liquidations, self._changes, self._states, self._ends
        due = [one for stream in streams for one in stream(step)]
        due.sort(key=lambda one: one.time_ms)
        self._steps += 1
        self._days.step()
        return due

    def _trades(self, step: Step) -> Iterable[Due]:
        for contract, tape in zip(self.market.contracts, step.tapes, strict=True):
            topic = ("trades", contract.symbol)
            if tape is not None and self.heard(topic):
                for time_ms, text in wire.trades(contract, tape, self._books.seq[contract.number]):
                    yield Due(time_ms, topic, frame(text.encode()))

    def _liquidations(self, step: Step) -> Iterable[Due]:
        for forced in step.reported:
            topic = ("liquidation-orders", self.market.contracts[forced.contract].kind)
            if self.heard(topic):
                yield Due(step.start_ns // 1_000_000, topic, frame(wire.liquidation(self.market, forced).encode()))

    def _changes(self, step: Step) -> Iterable[Due]:
        end_ms = step.end_ns // 1_000_000
        for update in self._books.updates():
            topic = "books", self.market.contracts[update.number].symbol
            yield Due(end_ms, topic, partial(self._leave, update, end_ms, topic))

    def _leave(self, update: BookUpdate, time_ms: int, topic: Topic) -> bytes:
        """The frame of a book's update, made when it leaves: who subscribes meanwhile needs it, too."""
        if not self._books.leave(update) or not self.heard(topic):
            return b""
        contract = self.market.contracts[update.number]
        return frame(wire.book(contract, "update", update.changes, time_ms, update.seq, update.before).encode())

    def _states(self, step: Step) -> Iterable[Due]:
        """Marks, indices and what is reported now and then."""
        end_ms = step.end_ns // 1_000_000
        channels = [BY_INDEX, "tickers"]
        if step.marked:
            channels.append("mark-price")
        if self._steps % INTEREST_STEPS == 0:
            channels.append("open-interest")
        if self._steps % FUNDING_STEPS == 0:
            channels.append(PERPETUAL_ONLY)
        ended = {c.symbol for c in self.market.contracts if self.market.settled[c.number]}
        for topic in self.heard_topics():
            channel, name = topic
            if channel in channels and name not in ended:
                text = wire.data_frame(channel, "instId", name, self._body(channel, name, end_ms))
                yield Due(end_ms, topic, frame(text.encode()))

    def _ends(self, step: Step) -> Iterable[Due]:
        """Contracts that were settled in the step: their state in the listing is `expired` from now on."""
        for number in step.settled:
            contract = self.market.contracts[number]
            topic = ("instruments", contract.kind)
            if self.heard(topic):
                text = wire.data_frame("instruments", "instType", contract.kind, wire.instrument(contract, "expired"))
                yield Due(step.end_ns // 1_000_000, topic, frame(text.encode()))


def _changed(changes: Sides) -> int:
    return len(changes[0].ticks) + len(changes[1].ticks)


def _error(code: str, message: str) -> str:
    """OKX's error event."""
    event = {"event": "error", "code": code, "msg": message, "connId": wire.CONNECTION_ID}
    return json.dumps(event, separators=(",", ":"))


def _acknowledgement(op: str, argument: dict[str, Any]) -> str:
    """OKX's answer to a subscription, echoing the argument as it was understood."""
    return json.dumps({"event": op, "arg": argument, "connId": wire.CONNECTION_ID}, separators=(",", ":"))


def _clipped(message: str | bytes) -> str:
    text = message if isinstance(message, str) else message.decode("utf-8", "replace")
    return text[:100]
