"""Lists of instruments: those of the configuration, everything of a venue, and what was added or dropped by key."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from liqtui.files import Kept
from liqtui.instruments import Catalogue, Instrument, Kind, parse_name
from liqtui.instruments.lists import ALL, EVERYTHING, NAMED, WATCH

MOST_BYTES = 1_000_000
_Words = Annotated[str, Meta(max_length=100)]
_Names = Annotated[tuple[_Words, ...], Meta(max_length=2000)]


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """What was done by key to a configured list."""

    added: _Names = ()
    dropped: _Names = ()
    configured: _Names = ()
    """The list as the configuration had it then: what it names anew since is no longer dropped."""


class _Lists(msgspec.Struct, frozen=True, kw_only=True):
    schema: Literal["liqtui.lists/1"] = "liqtui.lists/1"
    lists: dict[_Words, Edits] = {}


class ListFile:
    """Where edits are kept. What cannot be read or written is said in words, never raised."""

    def __init__(self, path: Path) -> None:
        self._file = Kept(path, MOST_BYTES)

    def load(self) -> tuple[dict[str, Edits], str]:
        """The edits as they were left, and what there is to say about it."""
        try:
            return self._file.read(_edits_of) or {}, ""
        except (OSError, ValueError) as error:
            return {}, f"edited lists not read from {self._file.path}: {error}; they are as configured"

    def save(self, edits: Mapping[str, Edits]) -> str:
        """Write them, whole or not at all. Returns what went wrong."""
        try:
            self._file.write(msgspec.json.format(msgspec.json.encode(_Lists(lists=dict(edits)))) + b"\n")
        except OSError as error:
            return f"edited lists not kept in {self._file.path}: {error.strerror or error}"
        return ""


def _edits_of(raw: bytes) -> dict[str, Edits]:
    found = msgspec.json.decode(raw, type=_Lists).lists
    for edits in found.values():
        for name in edits.added:
            parse_name(name)
    return found


class Lists:
    """The lists there are, and the one that is looked at. Owned by the watch list."""

    def __init__(
        self, configured: Mapping[str, Iterable[str]], named: Iterable[str] = (), file: ListFile | None = None
    ) -> None:
        """`configured`: lists by name, `WATCH` among them, of `venue:SYMBOL` and `venue:*`. `named`: those of this run;
        two or more are a list of their own. `file`: None: edits are forgotten at the end."""
        self._configured: dict[str, tuple[str, ...]] = {}
        self._named = tuple(named) if len(tuple(named)) > 1 else ()
        self._file = file
        self._edits, self.trouble = ({}, "") if file is None else file.load()
        """`trouble`: why what was kept could not be read."""
        self.current = NAMED if self._named else WATCH
        self.configure(configured)

    @property
    def named(self) -> bool:
        """There is a list of this run alone."""
        return bool(self._named)

    def configure(self, configured: Mapping[str, Iterable[str]]) -> None:
        """The configuration has these lists now."""
        own = {NAMED: self._named} if self._named else {}
        self._configured = own | {name: tuple(dict.fromkeys(of)) for name, of in configured.items()}
        if not self.known(self.current):
            self.current = WATCH

    def offered(self, catalogue: Catalogue, now_ns: int) -> list[str]:
        """Names of all lists, in the order of the key: the configured ones, then what the venues list."""
        venues = sorted({one.venue for one in catalogue if _of_everything(one, now_ns)})
        return [*self._configured, *(venue + EVERYTHING for venue in venues), *([ALL] if len(venues) > 1 else [])]

    def known(self, name: str) -> bool:
        """Whether it is a list, or may be one once its venue has told what it lists."""
        return name in self._configured or name == ALL or name.endswith(EVERYTHING)

    def members(self, name: str, catalogue: Catalogue, now_ns: int) -> list[str]:
        """What is on a list, in its order."""
        if name not in self._configured:
            return _everything(name, catalogue, now_ns)
        edits = self._edits_of(name)
        found = dict.fromkeys([*self._base(name, catalogue, now_ns), *edits.added])
        return [member for member in found if member not in edits.dropped]

    def venues(self, name: str) -> tuple[str, ...]:
        """Venues whose listings a list needs whole."""
        members = self._configured.get(name, (name,))
        return tuple(member.removesuffix(EVERYTHING) for member in members if member.endswith(EVERYTHING))

    @property
    def edited(self) -> str:
        """The list that is added to and dropped from: the one looked at, but of all there is nothing can be dropped."""
        return self.current if self.current in self._configured else WATCH

    def toggle(self, instrument: str, catalogue: Catalogue, now_ns: int) -> str:
        """Add an instrument to the list, or drop it. Returns what was done, in words, and what went wrong."""
        name = self.edited
        base, edits = self._base(name, catalogue, now_ns), self._edits_of(name)
        drop = instrument in edits.added or (instrument in base and instrument not in edits.dropped)
        added = [one for one in edits.added if one != instrument]
        dropped = [one for one in edits.dropped if one != instrument]
        if drop and instrument in base:
            dropped.append(instrument)
        elif not drop and instrument not in base:
            added.append(instrument)
        self._edits[name] = msgspec.structs.replace(edits, added=tuple(added), dropped=tuple(dropped))
        trouble = self._file.save(self._lasting) if self._file is not None else ""
        done = f"{instrument.partition(':')[2]} {'dropped from' if drop else 'added to'} {name}"
        return f"{done} · {trouble}" if trouble else done

    def _base(self, name: str, catalogue: Catalogue, now_ns: int) -> list[str]:
        """A list as configured, `venue:*` spelt out."""
        found: list[str] = []
        for member in self._configured[name]:
            found += _everything(member, catalogue, now_ns) if member.endswith(EVERYTHING) else [member]
        return found

    def _edits_of(self, name: str) -> Edits:
        """What was done to a list, as it stands beside what is configured now."""
        configured, edits = self._configured[name], self._edits.get(name, Edits())
        anew = set(configured) - set(edits.configured)
        return Edits(
            added=edits.added, dropped=tuple(one for one in edits.dropped if one not in anew), configured=configured
        )

    @property
    def _lasting(self) -> dict[str, Edits]:
        """Edits of lists that come back: what was named for this run does not."""
        return {name: edits for name, edits in self._edits.items() if name != NAMED and (edits.added or edits.dropped)}


def _everything(name: str, catalogue: Catalogue, now_ns: int) -> list[str]:
    """All live perpetuals of a venue by symbol; of all venues by coin, the shortest names first."""
    every = [one for one in catalogue if _of_everything(one, now_ns)]
    if name == ALL:
        return [one.name for one in sorted(every, key=lambda one: (len(one.base), one.base, one.name))]
    venue = name.removesuffix(EVERYTHING)
    return sorted(one.name for one in every if one.venue == venue)


def _of_everything(one: Instrument, now_ns: int) -> bool:
    return one.kind is Kind.PERPETUAL and one.state == "live" and not one.expired(now_ns)
