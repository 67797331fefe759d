"""Bybit v5 linear over a simulated market: topics, deltas that hold only what changed, and its manners."""

import json
from collections.abc import Iterable
from functools import partial

import numpy as np

from liqtui.sim.book import Ints, difference
from liqtui.sim.faces import _bybit_wire as wire
from liqtui.sim.faces._bybit_rest import Rest, failure
from liqtui.sim.faces.base import Answer, Call, Due, Face, Listener, Topic, frame
from liqtui.sim.faces.books import BookFeed, BookUpdate, Sides
from liqtui.sim.faces.days import Days
from liqtui.sim.market import Market
from liqtui.sim.tape import Forced, Step

ADDRESS = "/v5/public"
"""`/linear` follows, or `/inverse`, where nothing is listed."""
LINEAR, INVERSE = f"{ADDRESS}/linear", f"{ADDRESS}/inverse"
DEPTHS = {"orderbook.1": 1, "orderbook.50": 50, "orderbook.200": 200, "orderbook.1000": 1_000}
TOPICS = ("publicTrade", "tickers", "allLiquidation", *DEPTHS)
LIQUIDATION_STEPS = 5
"""Liquidations are told in batches of 500 ms."""
TOGETHER_MS = 20
"""Trades of so long share a frame."""
MOST_TRADES = 1_024
IDLE_S = 600.0


def create(market: Market) -> "Bybit":
    """Bybit as it stands over a market."""
    return Bybit(market)


class _View:
    """The best levels of a book, as one topic shows them. `u` counts its changes."""

    def __init__(self, after: Sides, depth: int) -> None:
        self._depth = depth
        self.sides = _top(after, depth)
        self.u = 20_683_568

    def move(self, after: Sides) -> Sides:
        """What changed."""
        before, self.sides = self.sides, _top(after, self._depth)
        bids, asks = (
            difference(old.ticks * sign, old.lots, new.ticks * sign, new.lots, sign)
            for old, new, sign in zip(before, self.sides, (-1, 1), strict=True)
        )
        return bids, asks


def _top(after: Sides, depth: int) -> Sides:
    bids, asks = (side._replace(ticks=side.ticks[:depth], lots=side.lots[:depth]) for side in after)
    return bids, asks


class Bybit(Face):
    """The Bybit face. Books and tickers begin with a snapshot; one wrong topic fails its whole request."""

    connects = 500, 300.0
    idle = IDLE_S, 1001, ""
    broken = '{"topic":"publicTrade.BTCUSDT","type":"snap', '{"topic":1,"data":"x"}', "[]", "NaN", '{"data":[{}]}'

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self._books = BookFeed(market, lambda number: 50_193_540_681 + 10**9 * number, _changed)
        self._views: dict[Topic, _View] = {}
        self._told: dict[str, dict[str, str]] = {}
        """The ticker's fields as last told, by symbol."""
        self._days = Days(market)
        self._rest = Rest(market, self._days)
        self._symbols = {c.symbol: c for c in market.contracts}
        self._waiting: list[Forced] = []
        self._left_out = False
        self._steps = 0

    # --- what is asked ------------------------------------------------------------------------------------------

    def is_socket(self, path: str) -> bool:
        return path in (LINEAR, INVERSE)

    def hear(self, session: Listener, message: str | bytes, now_s: float) -> None:  # noqa: ARG002
        try:
            request = json.loads(message)
            op, number, names = request["op"], request.get("req_id", ""), request.get("args", [])
        except (ValueError, KeyError, TypeError, AttributeError):
            session.answer(wire.reply("", "", success=False, message="error:invalid request"))
            return
        if op == "ping":
            session.answer(wire.reply("ping", str(number), success=True, message="pong"))
        elif op not in ("subscribe", "unsubscribe") or not isinstance(names, list):
            session.answer(wire.reply(str(op), str(number), success=False, message="error:invalid op"))
        else:
            self._change(session, op, str(number), names)

    def _change(self, session: Listener, op: str, number: str, names: list[object]) -> None:
        topics = [self._topic(session, name) for name in names]
        for name, topic in zip(names, topics, strict=True):
            if topic is None:
                text = f"error:handler not found,topic:{name}"
            elif op == "subscribe" and topic in session.topics:
                text = f"error:already subscribed,topic:{name}"
            else:
                continue
            session.answer(wire.reply(op, number, success=False, message=text))
            return
        session.answer(wire.reply(op, number, success=True))
        for topic in filter(None, topics):
            if op == "subscribe":
                self.add(session, topic)
            else:
                self.remove(session, topic)

    def _topic(self, session: Listener, name: object) -> Topic | None:
        """`orderbook.200.BTCUSDT`; nothing is listed on the inverse path."""
        if not isinstance(name, str) or session.path != LINEAR:
            return None
        kind, _, symbol = name.rpartition(".")
        contract = self._symbols.get(symbol)
        known = kind in TOPICS and contract is not None and not self.market.settled[contract.number]
        return (kind, symbol) if known else None

    def remove(self, session: Listener, topic: Topic) -> None:
        super().remove(session, topic)
        if not self.heard(topic):
            self._views.pop(topic, None)
            if topic[0] == "tickers":
                self._told.pop(topic[1], None)

    def first(self, topic: Topic) -> str | None:
        kind, symbol = topic
        contract, now_ms = self._symbols[symbol], self.market.now_ns // 1_000_000
        if kind in DEPTHS:
            shown = self._books.shown[contract.number]
            view = self._views.setdefault(topic, _View(shown.after, DEPTHS[kind]))
            return wire.book(kind, contract, "snapshot", view.sides, view.u, shown.seq, now_ms)
        if kind == "tickers":
            told = self._told.setdefault(symbol, wire.ticker(self.market, contract, self._days.of(contract.number)))
            return wire.ticker_frame(contract, "snapshot", told, now_ms, self._books.seq[contract.number])
        return None

    # --- REST ---------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        return self._rest.answer(call)

    def refusal(self, status: int) -> Answer:
        words = {403: "access too frequent, please try again in 10 minutes", 429: "Too many visits!"}
        return failure(status, 10006 if status in words else 10016, words.get(status, "Service unavailable"))

    def skip_books(self) -> None:
        self._books.skip()

    # --- frames -------------------------------------------------------------------------------------------------

    def frames(self, step: Step) -> list[Due]:
        self._waiting += step.reported
        self._steps += 1
        self._days.step()
        streams = self._trades, self._liquidations, self._changes, self._tickers
        due = [one for stream in streams for one in stream(step)]
        due.sort(key=lambda one: one.time_ms)
        return due

    def _trades(self, step: Step) -> Iterable[Due]:
        """What trades within a moment is told together, at its end."""
        for contract, tape in zip(self.market.contracts, step.tapes, strict=True):
            topic = "publicTrade", contract.symbol
            if tape is None or not self.heard(topic):
                continue
            rows = wire.trades(contract, tape, self._books.seq[contract.number])
            for first, last in _together(tape.time_ms):
                at_ms = int(tape.time_ms[last - 1]) + wire.DELAY_MS
                text = wire.trades_frame(contract, rows[first:last], at_ms)
                yield Due(at_ms, topic, frame(text.encode()))

    def _liquidations(self, step: Step) -> Iterable[Due]:
        if self._steps % LIQUIDATION_STEPS:
            return
        told, self._waiting = self._waiting, []
        now_ms = step.end_ns // 1_000_000
        for contract in self.market.contracts:
            mine, topic = [f for f in told if f.contract == contract.number], ("allLiquidation", contract.symbol)
            if mine and self.heard(topic):
                yield Due(now_ms, topic, frame(wire.liquidations(contract, mine, now_ms).encode()))

    def _changes(self, step: Step) -> Iterable[Due]:
        end_ms = step.end_ns // 1_000_000
        for update in self._books.updates():
            symbol = self.market.contracts[update.number].symbol
            yield Due(end_ms, ("", symbol), partial(self._leave, update))
            for kind in DEPTHS:
                topic = kind, symbol
                if self.heard(topic):
                    yield Due(end_ms, topic, partial(self._show, update, end_ms, topic))

    def _leave(self, update: BookUpdate) -> bytes:
        """A change leaves, or is left out of all topics."""
        self._left_out = not self._books.leave(update)
        return b""

    def _show(self, update: BookUpdate, time_ms: int, topic: Topic) -> bytes:
        """One topic's view of the change that has just left; nothing where it shows no change."""
        view = self._views.get(topic)
        if view is None:  # nobody listens any more
            return b""
        changes = view.move(update.after)
        if not (len(changes[0].ticks) or len(changes[1].ticks)):
            return b""
        view.u += 1
        if self._left_out:
            return b""
        contract, whole = self.market.contracts[update.number], topic[0] == "orderbook.1"
        kind, sides = ("snapshot", view.sides) if whole else ("delta", changes)
        return frame(wire.book(topic[0], contract, kind, sides, view.u, update.seq, time_ms).encode())

    def _tickers(self, step: Step) -> Iterable[Due]:
        """Of each contract, the fields that changed."""
        end_ms = step.end_ns // 1_000_000
        for kind, symbol in self.heard_topics():
            contract = self._symbols[symbol]
            if kind != "tickers" or self.market.settled[contract.number]:
                continue
            told, now = self._told[symbol], wire.ticker(self.market, contract, self._days.of(contract.number))
            changed = {name: value for name, value in now.items() if told.get(name) != value}
            if changed:
                self._told[symbol] = now
                text = wire.ticker_frame(contract, "delta", changed, end_ms, self._books.seq[contract.number])
                yield Due(end_ms, (kind, symbol), frame(text.encode()))


def _together(time_ms: Ints) -> Iterable[tuple[int, int]]:
    """First and last (exclusive) of the trades that share a frame."""
    starts = np.flatnonzero(np.diff(time_ms // TOGETHER_MS, prepend=-1)).tolist()
    for first, last in zip(starts, [*starts[1:], len(time_ms)], strict=True):
        for begin in range(first, last, MOST_TRADES):
            yield begin, min(begin + MOST_TRADES, last)


def _changed(changes: Sides) -> int:
    return 1 + len(changes[0].ticks) + len(changes[1].ticks)
