"""Turns the market's steps into frames, and frames into what each listener gets, in time."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from liqtui.sim import wire
from liqtui.sim.bars import HIGH, LOW, OPEN, VOLUME, Period
from liqtui.sim.book import NOTHING, Change
from liqtui.sim.contracts import UNDERLYINGS
from liqtui.sim.market import Market, Step
from liqtui.sim.wire import Topic, frame

BY_TYPE = ("liquidation-orders", "instruments")
BY_INDEX = "index-tickers"
PERPETUAL_ONLY = "funding-rate"
CHANNELS = ("trades", "books", "mark-price", "open-interest", "tickers", PERPETUAL_ONLY)
INTEREST_STEPS, FUNDING_STEPS, DAY_STEPS = 30, 300, 100
"""Steps between two reports: open interest every 3 s, funding every 30 s; the day's figures are renewed every 10 s."""
HOUR = Period(3_600 * 10**9, 0)


class Listener(Protocol):
    """Who listens: what to, and how frames reach it."""

    topics: set[Topic]

    def push(self, framed: bytes) -> None: ...


class BookUpdate(NamedTuple):
    """A published change of a book, and the whole book after it."""

    number: int
    changes: tuple[Change, Change]
    after: tuple[Change, Change]
    seq: int
    before: int


class Due(NamedTuple):
    """A frame and when it is to leave, in ms of the simulated clock."""

    time_ms: int
    topic: Topic
    frame: "bytes | BookUpdate"
    """An update of a book becomes text only when it leaves: who subscribes meanwhile needs it, too."""


class Publisher:
    """Knows who listens to what. Encodes only what somebody listens to."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._listeners: dict[Topic, set[Listener]] = defaultdict(set)
        self._seq = [32_032_594_283 + 1_000_000_000 * c.number for c in market.contracts]
        for book in market.books:
            book.bids.publish()
            book.asks.publish()
        self._shown = [
            BookUpdate(k, (NOTHING, NOTHING), (b.bids.snapshot(), b.asks.snapshot()), self._seq[k], -1)
            for k, b in enumerate(market.books)
        ]
        """The last update of each book that has left."""
        self._days: list[tuple[float, float, float, float]] = [(0.0, 0.0, 0.0, 0.0)] * len(market.contracts)
        self._steps = 0
        self.skipped_books: set[int] = set()
        """Books whose next update is left out (a fault), by contract."""

    # --- who listens --------------------------------------------------------------------------------------------

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
            return any(u.family == value for u in UNDERLYINGS)
        kinds = ("SWAP",) if channel == PERPETUAL_ONLY else ("SWAP", "FUTURES")
        return channel in CHANNELS and any(
            c.symbol == value and c.kind in kinds and not self._market.settled[c.number]
            for c in self._market.contracts
        )

    def add(self, session: Listener, topic: Topic) -> None:
        """Subscribe, and send what OKX sends at once: a snapshot of the book, the state of what changes slowly."""
        self._listeners[topic].add(session)
        session.topics.add(topic)
        first = self._first(topic)
        if first:
            session.push(frame(first.encode()))

    def remove(self, session: Listener, topic: Topic) -> None:
        session.topics.discard(topic)
        self._listeners[topic].discard(session)

    def forget(self, session: Listener) -> None:
        """The session is gone."""
        for topic in list(session.topics):
            self.remove(session, topic)

    def deliver(self, due: Iterable[Due]) -> None:
        """Put frames in the queues of those who listen."""
        for time_ms, topic, content in due:
            framed = self._encoded(content, time_ms, topic) if isinstance(content, BookUpdate) else content
            for session in self._listeners[topic] if framed else ():
                session.push(framed)

    def _encoded(self, update: BookUpdate, time_ms: int, topic: Topic) -> bytes:
        """The frame of a book's update; nothing if nobody listens or it is to be left out."""
        self._shown[update.number] = update
        if update.number in self.skipped_books:
            self.skipped_books.discard(update.number)
            return b""
        if not self._heard(topic):
            return b""
        contract = self._market.contracts[update.number]
        return frame(wire.book(contract, "update", update.changes, time_ms, update.seq, update.before).encode())

    def _first(self, topic: Topic) -> str | None:
        channel, name = topic
        market, now_ms = self._market, self._market.now_ns // 1_000_000
        if channel == "books":
            shown = self._shown[market.number(name)]
            return wire.book(market.contracts[shown.number], "snapshot", shown.after, now_ms, shown.seq, -1)
        if channel == "instruments":
            listed = [c for c in market.contracts if c.kind == name and not market.settled[c.number]]
            rows = ",".join(wire.instrument(c) for c in listed)
            return wire.data_frame(channel, "instType", name, rows)
        if channel in BY_TYPE or channel == "trades":
            return None
        return wire.data_frame(channel, "instId", name, self._body(channel, name, now_ms))

    def _body(self, channel: str, name: str, now_ms: int) -> str:
        market = self._market
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
        return wire.ticker(market, market.books[number], self._day(number), now_ms)

    # --- frames -------------------------------------------------------------------------------------------------

    def frames(self, step: Step) -> list[Due]:
        """Everything a step has to say to those who listen, in order of time."""
        streams = self._trades, self._liquidations, self._books, self._states, self._ends
        due = [one for stream in streams for one in stream(step)]
        due.sort(key=lambda one: one.time_ms)
        self._steps += 1
        return due

    def _heard(self, topic: Topic) -> bool:
        return bool(self._listeners.get(topic))

    def _trades(self, step: Step) -> Iterable[Due]:
        for contract, tape in zip(self._market.contracts, step.tapes, strict=True):
            topic = ("trades", contract.symbol)
            if tape is not None and self._heard(topic):
                for time_ms, text in wire.trades(contract, tape, self._seq[contract.number]):
                    yield Due(time_ms, topic, frame(text.encode()))

    def _liquidations(self, step: Step) -> Iterable[Due]:
        for forced in step.reported:
            topic = ("liquidation-orders", self._market.contracts[forced.contract].kind)
            if self._heard(topic):
                yield Due(step.start_ns // 1_000_000, topic, frame(wire.liquidation(self._market, forced).encode()))

    def _books(self, step: Step) -> Iterable[Due]:
        end_ms = step.end_ns // 1_000_000
        for book in self._market.books:
            number = book.contract.number
            if self._market.settled[number]:
                continue
            changes = book.bids.publish(), book.asks.publish()
            before = self._seq[number]
            self._seq[number] += len(changes[0].ticks) + len(changes[1].ticks)
            after = book.bids.snapshot(), book.asks.snapshot()
            update = BookUpdate(number, changes, after, self._seq[number], before)
            yield Due(end_ms, ("books", book.contract.symbol), update)

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
        ended = {c.symbol for c in self._market.contracts if self._market.settled[c.number]}
        for topic, sessions in self._listeners.items():
            channel, name = topic
            if sessions and channel in channels and name not in ended:
                text = wire.data_frame(channel, "instId", name, self._body(channel, name, end_ms))
                yield Due(end_ms, topic, frame(text.encode()))

    def _ends(self, step: Step) -> Iterable[Due]:
        """Contracts that were settled in the step: their state in the listing is `expired` from now on."""
        for number in step.settled:
            contract = self._market.contracts[number]
            topic = ("instruments", contract.kind)
            if self._heard(topic):
                text = wire.data_frame("instruments", "instType", contract.kind, wire.instrument(contract, "expired"))
                yield Due(step.end_ns // 1_000_000, topic, frame(text.encode()))

    def _day(self, number: int) -> tuple[float, float, float, float]:
        """Open, high, low and volume of the last 24 hours."""
        if self._steps % DAY_STEPS == 0 or self._days[number][0] == 0.0:
            _, hours, _ = self._market.bars.query(number, HOUR, mark=False)
            day = hours[:, -24:]
            self._days[number] = (
                float(day[OPEN, 0]), float(day[HIGH].max()), float(day[LOW].min()), float(day[VOLUME].sum()),
            )
        return self._days[number]


