"""What a face is: a venue's wire over a simulated market. It knows frames, topics and answers, and nothing of sockets.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from liqtui.sim.limiter import Window
from liqtui.sim.market import Market
from liqtui.sim.tape import Step

Topic = tuple[str, str]
"""What kind of stream, and of what."""
Query = Mapping[str, str]


class Answer(NamedTuple):
    """An HTTP answer: a status and a JSON body."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...] = ()


class Call(NamedTuple):
    """An HTTP request. `now_s`: the clock of the limits."""

    path: str
    query: Query
    body: bytes
    now_s: float


class Listener(Protocol):
    """Who listens: on which path, what to, and how text reaches it."""

    path: str
    topics: set[Topic]
    requests: Window | None
    """The limit on what it asks for, where the venue has one."""

    def push(self, framed: bytes) -> None:
        """Send data, already framed."""

    def answer(self, text: str) -> None:
        """Send an acknowledgement, an error or a pong."""

    def hang_up(self, code: int, reason: str) -> None:
        """Close, and say why."""


class Due(NamedTuple):
    """A frame and when it is to leave, in ms of the simulated clock."""

    time_ms: int
    topic: Topic
    frame: "bytes | Callable[[], bytes]"
    """What becomes text only when it leaves is called then; nothing: it stays."""


def frame(payload: bytes, opcode: int = 1) -> bytes:
    """An unmasked, uncompressed WebSocket frame of a server, in one piece."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


class Face(ABC):
    """A venue's manners, who listens to what, and what they hear. Encodes only what somebody listens to."""

    connects: tuple[int, float]
    """New sockets in any so many seconds."""
    asks: tuple[int, float] | None = None
    """Requests of one socket in any so many seconds."""
    idle: tuple[float, int, str] | None = None
    """A client silent for so many seconds is closed with this code and reason."""
    quiet: tuple[float, int, str] | None = None
    """A client that was sent nothing for so many seconds is closed likewise."""
    ping_s: float | None = None
    """How often the server pings, by the WebSocket's own frame."""
    broken: tuple[str, ...]
    """Text this venue should not send."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._listeners: dict[Topic, set[Listener]] = defaultdict(set)

    # --- who listens --------------------------------------------------------------------------------------------

    @abstractmethod
    def is_socket(self, path: str) -> bool:
        """Whether a WebSocket is served there."""

    @abstractmethod
    def hear(self, session: Listener, message: str | bytes, now_s: float) -> None:
        """A client's message."""

    def add(self, session: Listener, topic: Topic) -> None:
        """Subscribe, and send what the venue sends at once."""
        self._listeners[topic].add(session)
        session.topics.add(topic)
        first = self.first(topic)
        if first:
            session.push(frame(first.encode()))

    def remove(self, session: Listener, topic: Topic) -> None:
        session.topics.discard(topic)
        self._listeners[topic].discard(session)

    def forget(self, session: Listener) -> None:
        """The session is gone."""
        for topic in list(session.topics):
            self.remove(session, topic)

    def heard(self, topic: Topic) -> bool:
        return bool(self._listeners.get(topic))

    def heard_topics(self) -> list[Topic]:
        return [topic for topic, sessions in self._listeners.items() if sessions]

    def first(self, topic: Topic) -> str | None:  # noqa: ARG002
        """What a new subscriber is sent at once."""
        return None

    # --- frames and answers -------------------------------------------------------------------------------------

    @abstractmethod
    def frames(self, step: Step) -> list[Due]:
        """Everything a step has to say to those who listen, in order of time."""

    def deliver(self, due: Iterable[Due]) -> None:
        """Put frames in the queues of those who listen."""
        for _, topic, content in due:
            framed = content if isinstance(content, bytes) else content()
            if framed:
                for session in self._listeners[topic]:
                    session.push(framed)

    @abstractmethod
    def skip_books(self) -> None:
        """The next update of every book is left out (a fault)."""

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """The answer to an HTTP request that is no WebSocket."""

    @abstractmethod
    def refusal(self, status: int) -> Answer:
        """How the venue says no with this status."""

    def admitted(self, session: Listener, now_s: float) -> bool:
        """Count a request of a client; False if it is one too many."""
        return session.requests is None or session.requests.admits(now_s)
