"""What one connection says: records of its frames, its state, and what is missing."""

import time

from liqtui.events import Event, FeedState, FeedStatus, Gap
from liqtui.feeds.intake import Intake
from liqtui.feeds.lines import Lines
from liqtui.feeds.records import RecordKind


class Teller:
    """Speaks for the connection `name` of a venue. Owned by the connection."""

    def __init__(self, name: str, url: str, venue: str, intake: Intake) -> None:
        self.name, self._url, self._venue, self._intake = name, url, venue, intake
        self.heard = intake.heard[venue]
        self._told: tuple[FeedState, str] | None = None
        self._whole: set[str] = set()

    def put(self, kind: RecordKind, body: str = "") -> list[Event]:
        """Write down, and hand on, what came or went; the answer is what it decoded to."""
        return self._intake.put(kind, self.name, self._url, body)

    def peek(self, text: str) -> list[Event]:
        """What a frame holds. It is neither recorded nor told."""
        return self._intake.peek(self.name, self._url, text)

    def state(self, state: FeedState, reason: str, retry_s: float | None = None) -> None:
        """The connection's state, where it is news; `retry_s`: until it is opened again."""
        if (state, reason) == self._told and retry_s is None:
            return
        self._told = (state, reason)
        now_ns = self._intake.now_ns()
        retry_ns = None if retry_s is None else now_ns + int(retry_s * 1e9)
        self._intake.note(self.name, FeedStatus(self._venue, self.name, now_ns, state, reason, retry_ns))

    def gap(self, symbol: str | None, stream: str, reason: str) -> None:
        """Something of a stream is missing."""
        self._intake.note(self.name, Gap(symbol, stream, self._intake.now_ns(), reason))

    def now_ns(self) -> int:
        """Our time, ns UTC."""
        return self._intake.now_ns()

    def begin(self) -> None:
        """Other streams, or another socket: none of its symbols is whole yet."""
        self._whole.clear()

    def whole(self, lines: Lines) -> None:
        """Note the symbols whose streams have just become whole: from now on nothing of them is missed."""
        for symbol in lines.symbols() - self._whole:
            if lines.whole_for(symbol):
                self._whole.add(symbol)
                self.heard.whole_ns.setdefault(symbol, self._intake.now_ns() + self.heard.ahead_ns)

    def quiet(self, seconds: float) -> str:
        """`no data since 14:03:22`, UTC; the same words as long as it lasts."""
        since = time.gmtime((self._intake.now_ns() - int(seconds * 1e9)) / 1e9)
        return f"no data since {time.strftime('%H:%M:%S', since)}"
