"""What our own work failed of. Each failure concerns one instrument and is told and counted; the others go on."""

import traceback
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import PurePath

from liqtui.engine.health import HealthBook
from liqtui.view import Health, View

SAID_NS = 60 * 10**9
"""A View is doubted for so long after the last failure of its instrument."""


class Failures:
    """Owned by the engine. What fails again is told again at the tenth time, the hundredth and so on."""

    def __init__(self, health: HealthBook) -> None:
        """`health`: told what `!` shows."""
        self._health = health
        self._counts: dict[tuple[str, str, str], int] = {}
        self._last: dict[str, tuple[int, str]] = {}
        """By name when something of it failed last, and of what."""

    def note(self, now_ns: int, name: str, work: str, error: Exception) -> None:
        """`error` came of `work` (`a trade`, `a boundary`, `a View`) on an instrument or a sum (`venue:SYMBOL`), or on
        what concerns a whole venue."""
        kind = type(error).__name__
        key = name, work, kind
        self._counts[key] = times = self._counts.get(key, 0) + 1
        self._last[name] = now_ns, f"internal error: {kind}"
        if times == 10 ** (len(str(times)) - 1):
            again = f" (time {times})" if times > 1 else ""
            self._health.tell(now_ns, f"{name}: internal error at {work}{again}: {kind}: {error} [{_place(error)}]")

    def last(self, name: str) -> str | None:
        """What an instrument failed of last; may be asked from any thread."""
        return self._last[name][1] if name in self._last else None

    def words(self, name: str, now_ns: int) -> tuple[str, ...]:
        """The caveat of an instrument that something failed of not long ago."""
        last_ns, words = self._last.get(name, (0, ""))
        return (words,) if words and now_ns - last_ns < SAID_NS else ()


class Slots:
    """The newest View of each instrument and sum. `get` may be called from any thread."""

    def __init__(self, failures: Failures, health: HealthBook) -> None:
        self._failures, self._health = failures, health
        self._views: dict[str, View] = {}
        self._epochs = count(1)

    def get(self, name: str) -> View | None:
        return self._views.get(name)

    def drop(self, name: str) -> None:
        self._views.pop(name, None)

    def put(self, name: str, now_ns: int, make: Callable[[int], View]) -> None:
        """The View that `make` gives of an epoch. Where that fails the last one stays, as old as it is, and says so."""
        epoch = next(self._epochs)
        try:
            view = make(epoch)
        except Exception as error:
            self._failures.note(now_ns, name, "a View", error)
            if (last := self._views.get(name)) is None:
                return
            view = replace(last, epoch=epoch, health=self._again(last))
        if words := self._failures.words(name, now_ns):
            view = replace(view, health=replace(view.health, words=tuple(dict.fromkeys((*words, *view.health.words)))))
        self._views[name] = view

    def stop(self) -> None:
        """Nothing more will be made: every View says how the feeds have ended."""
        for name, view in self._views.items():
            self._views[name] = replace(view, epoch=next(self._epochs), health=self._again(view))

    def _again(self, view: View) -> Health:
        """A View's health, with the feeds and the problems as they are by now."""
        venues = [feed.venue for feed in view.health.feeds]
        now = self._health.freeze(view.health.words, view.health.backfill, venues)
        return replace(now, reliability=view.health.reliability)


def _place(error: Exception) -> str:
    """File and line where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
