"""Long work in pieces: a history is built little by little, so that nothing else waits for it long.

Live the feeds say when a piece is worked (`Worked`), as there is time; that is recorded, so that a replay works the
same at the same moment. Where nobody ever says so (a capture, a market of our own making) everything is worked at once.
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

from liqtui.engine.failures import Failures

T = TypeVar("T")
Key = tuple[str, str]
"""`venue:SYMBOL`, and what is made for it."""


class _Job(NamedTuple):
    work: Generator[None, None, Any]
    done: Callable[[Any], None]


class Jobs:
    """Owned by the engine: first come, first served."""

    def __init__(self, failures: Failures) -> None:
        self._failures = failures
        self._jobs: dict[Key, _Job] = {}
        self._in_pieces = False

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def runs(self, key: Key) -> bool:
        """Whether a job is not done yet."""
        return key in self._jobs

    def begin(self, key: Key, work: Generator[None, None, T], done: Callable[[T | None], None]) -> None:
        """Have `work` done, a unit between two yields, and `done` told its result; None: it failed, which is told. A
        job of that key that runs is given up."""
        self._jobs[key] = _Job(work, done)
        if not self._in_pieces:
            while key in self._jobs and self._jobs[key].work is work:
                self._unit(key, 0)

    def finish(self, key: Key) -> None:
        """What it makes is needed now."""
        while key in self._jobs:
            self._unit(key, 0)

    def drop(self, name: str, what: str | None = None) -> None:
        """Give up the jobs of an instrument (or those of one kind)."""
        for key in [key for key in self._jobs if key[0] == name and what in (None, key[1])]:
            del self._jobs[key]

    def work(self, units: int, now_ns: int) -> None:
        """Go on by so many units; from now on nothing goes on by itself."""
        self._in_pieces = True
        for _ in range(units):
            if not self._jobs:
                return
            self._unit(next(iter(self._jobs)), now_ns)

    def _unit(self, key: Key, now_ns: int) -> None:
        job, result = self._jobs[key], None
        try:
            next(job.work)
            return
        except StopIteration as end:
            result = end.value
        except Exception as error:
            self._failures.note(now_ns, *key, error)
        del self._jobs[key]
        try:
            job.done(result)
        except Exception as error:
            self._failures.note(now_ns, *key, error)
