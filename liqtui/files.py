"""Small files that are replaced whole or not at all, whatever happens to the program, the disk or the machine."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Kept:
    """A small file of ours. What cannot be read of it is put aside as `.broken` before it is written over."""

    def __init__(self, path: Path, most: int) -> None:
        """`most`: bytes it may have."""
        self.path, self._most, self._broken = path, most, False

    def read(self, decode: Callable[[bytes], T]) -> T | None:
        """What it holds, as `decode` tells it; None: there is no file.

        Raises:
            OSError: it cannot be read.
            ValueError: it is longer than any of ours, or `decode` says so.
        """
        self._broken = self.path.exists()
        if not self._broken:
            return None
        with self.path.open("rb") as file:
            raw = file.read(self._most + 1)
        if len(raw) > self._most:
            raise ValueError(f"longer than {self._most:,} bytes")
        found = decode(raw)
        self._broken = False
        return found

    def write(self, data: bytes) -> None:
        """As `write_whole`."""
        if self._broken:
            self.path.replace(self.path.with_suffix(".broken"))
            self._broken = False
        write_whole(self.path, data)


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in place of what `path` holds; its folder is made. Of two that do so at once the later stands.

    Raises:
        OSError: it cannot be written (a full disk); what was there is untouched.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # or a machine that loses power may be left with an empty file of the new name
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
