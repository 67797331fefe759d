"""The ladders a live session begins with, and those it has learned since."""

import threading
from collections import deque
from collections.abc import Sequence

from liqtui.events import Learned
from liqtui.feeds.ladders import Kept, LadderFiles
from liqtui.instruments import Instrument


class Shelf:
    """All ladders of some venues. Owned by one thread (the feeds'); files are written in another."""

    def __init__(self, files: LadderFiles, venues: Sequence[str]) -> None:
        """Read the files: some milliseconds."""
        self._files = files
        self._kept: dict[str, dict[str, Kept]] = {}
        self._learned: dict[str, dict[str, Kept]] = {venue: {} for venue in venues}
        """What this run has put here."""
        self._told: set[tuple[str, str]] = set()
        self._problems: deque[str] = deque()
        self._writing: threading.Thread | None = None
        for venue in venues:
            found, problem = files.load(venue)
            self._kept[venue] = {kept.learned.symbol: kept for kept in found}
            self._problems.extend([problem] if problem else [])

    def start_of(self, instrument: Instrument) -> list[Learned]:
        """What an instrument that is followed from now on begins with: its own ladder, after those that it may start
        from where its own is new (the family's perpetual's, and the venue's of most events), each told once.
        """
        kept = self._kept.get(instrument.venue, {})
        others = [one for symbol, one in kept.items() if symbol != instrument.symbol]
        parents = [one for one in others if one.perpetual and one.family == instrument.family]
        told = {
            one.learned.symbol: one.learned
            for among in (parents, others) if among
            for one in [max(among, key=lambda one: (one.events, one.learned.symbol))]
            if (instrument.venue, one.learned.symbol) not in self._told
        }
        own = kept.get(instrument.symbol)
        if own is not None:
            told[instrument.symbol] = own.learned
        self._told |= {(instrument.venue, symbol) for symbol in told}
        return list(told.values())

    def put(self, venue: str, kept: Kept) -> None:
        """A ladder has been learned further."""
        symbol = kept.learned.symbol
        self._kept[venue][symbol] = self._learned[venue][symbol] = kept
        self._told.discard((venue, symbol))

    def save(self) -> None:
        """Write what this run has learned, in a thread of its own; nothing while one still writes."""
        if self._writing is None or not self._writing.is_alive():
            batches = [(v, list(self._learned[v].values()), list(kept.values())) for v, kept in self._kept.items()]
            self._writing = threading.Thread(target=self._write, args=(batches,), name="liqtui ladders")
            self._writing.start()

    def wait(self) -> None:
        """Until everything is written."""
        if self._writing is not None:
            self._writing.join()

    def problems(self) -> list[str]:
        """What went wrong since the last call, in words."""
        return [self._problems.popleft() for _ in range(len(self._problems))]

    def _write(self, batches: list[tuple[str, list[Kept], list[Kept]]]) -> None:
        for venue, learned, known in batches:
            if learned and (problem := self._files.save(venue, learned, known)):
                self._problems.append(problem)
