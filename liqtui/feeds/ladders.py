"""What has been learned, on disk: one small file per venue, written whole or not at all."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

import msgspec

from liqtui.events import Learned
from liqtui.files import write_whole
from liqtui.instruments import Instrument, Kind

_log = logging.getLogger(__name__)
_SUFFIX, _BROKEN = ".json", ".broken"


class Kept(msgspec.Struct, frozen=True):
    """One instrument's ladder, with what tells whether others may start from it."""

    learned: Learned
    family: str
    perpetual: bool
    events: float
    """Effective events it was learned from."""

    @classmethod
    def of(cls, instrument: Instrument, learned: Learned, events: float) -> "Kept":
        """The ladder of an instrument."""
        return cls(learned, instrument.family, instrument.kind is Kind.PERPETUAL, events)


class _File(msgspec.Struct, frozen=True):
    schema: Literal["liqtui.ladders/1"]
    ladders: list[Kept]


def ladder_folder() -> Path:
    """Where a live session keeps them."""
    from platformdirs import user_state_path

    return user_state_path("liqtui", appauthor=False) / "ladders"


class LadderFiles:
    """The files in a folder. Its methods block; call them from a thread that may.

    What cannot be read or written is logged and said in words, never raised: a ladder can be learned again. Two
    programs that write at the same moment: the later file stands, and the other's ladders come with its next save.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def venues(self) -> list[str]:
        """The venues that have a file."""
        try:
            return sorted(unquote(path.stem) for path in self.folder.glob(f"*{_SUFFIX}"))
        except OSError:
            return []

    def load(self, venue: str) -> tuple[list[Kept], str]:
        """The ladders of a venue by symbol, and what is wrong with its file; nothing of either where there is none."""
        path = self._path(venue)
        try:
            return _read(path), ""
        except (OSError, ValueError) as error:
            return [], self._trouble(f"learned ladders not read from {path.name}: {error}")

    def save(self, venue: str, learned: Sequence[Kept], known: Iterable[Kept] = ()) -> str:
        """Bring a venue's file up to date: of each instrument the newer ladder stays.

        Args:
            venue: whose file.
            learned: in this run.
            known: at its start; they come back only where the file cannot be read. It is put aside then.

        Returns:
            What went wrong, in words; empty where nothing did. The file is then as it was.
        """
        path = self._path(venue)
        try:
            try:
                on_disk, broken = _read(path), False
            except ValueError:
                on_disk, broken = list(known), True
            merged = _newest([*on_disk, *learned])
            if merged == on_disk and not broken:
                return ""
            if broken:
                path.replace(path.with_suffix(_BROKEN))
            self._write(path, merged)
        except OSError as error:
            return self._trouble(f"learned ladders not saved to {path.name}: {error}")
        return ""

    def remove(self, venue: str, symbol: str | None) -> list[str]:
        """Forget one instrument's ladder, or all of a venue's (`symbol` None).

        Returns:
            The symbols that are gone.

        Raises:
            OSError: the file cannot be changed.
        """
        path, (found, _) = self._path(venue), self.load(venue)
        gone = [kept for kept in found if symbol is None or kept.learned.symbol == symbol]
        if symbol is None:
            path.unlink(missing_ok=True)
        elif gone:
            self._write(path, [kept for kept in found if kept not in gone])
        return [kept.learned.symbol for kept in gone]

    def _write(self, path: Path, kept: Sequence[Kept]) -> None:
        write_whole(path, msgspec.json.encode(_File("liqtui.ladders/1", list(kept))) + b"\n")

    def _path(self, venue: str) -> Path:
        return self.folder / f"{quote(venue, safe='')}{_SUFFIX}"

    @staticmethod
    def _trouble(words: str) -> str:
        _log.warning("%s", words)
        return words


def _read(path: Path) -> list[Kept]:
    """The ladders of a file by symbol.

    Raises:
        ValueError: it is none of ours.
        OSError: it cannot be read; none at all is no error.
    """
    try:
        return _newest(msgspec.json.decode(path.read_bytes(), type=_File).ladders)
    except FileNotFoundError:
        return []


def _newest(kept: Iterable[Kept]) -> list[Kept]:
    """One ladder per symbol, in order: the one learned last."""
    newest: dict[str, Kept] = {}
    for one in kept:
        other = newest.get(one.learned.symbol)
        if other is None or other.learned.time_ns < one.learned.time_ns:
            newest[one.learned.symbol] = one
    return [newest[symbol] for symbol in sorted(newest)]
