"""The last backfill on disk: one small recording per instrument, shown at once and spared next time."""

import gzip
import logging
import zlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from liqtui.feeds.records import Record, RecordKind, decode_line, encode_line
from liqtui.files import write_whole

_log = logging.getLogger(__name__)
_MOST_BYTES = 64 * 2**20


class Cache:
    """Files in a folder, most of them REST replies. Its methods block; call them from a thread that may."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> list[Record]:
        """The replies kept under `name`, oldest first; none where there is no file or it cannot be trusted."""
        text = self.read(name)
        try:
            return [r for line in (text or b"").splitlines() if (r := decode_line(line)).k is RecordKind.REPLY]
        except msgspec.MsgspecError as error:
            _log.warning("cache %s ignored: %s", name, error)
            return []

    def save(self, name: str, records: Sequence[Record]) -> None:
        """Replace the replies kept under `name`."""
        self.write(name, b"".join(map(encode_line, records)))

    def read(self, name: str) -> bytes | None:
        """What is kept under `name`; None where there is no file or it cannot be trusted."""
        path = self._path(name)
        try:
            with gzip.open(path) as file:
                text = file.read(_MOST_BYTES + 1)
            if len(text) > _MOST_BYTES:
                raise ValueError("too large")
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValueError) as error:
            _log.warning("cache %s ignored: %s", path.name, error)
            return None
        return text

    def write(self, name: str, text: bytes) -> None:
        """Replace what is kept under `name`, whole or not at all. A full disk is logged, no more: it is a cache."""
        path = self._path(name)
        try:
            write_whole(path, gzip.compress(text, 6))
        except OSError as error:
            _log.warning("cache %s not written: %s", path.name, error)

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.jsonl.gz"
