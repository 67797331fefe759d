"""Small files that are replaced whole or not at all, whatever happens to the program, the disk or the machine."""

import os
import threading
from contextlib import suppress
from pathlib import Path


def read_small(path: Path, most: int) -> bytes:
    """What a file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is longer than `most` bytes, and none of ours.
    """
    with path.open("rb") as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise ValueError(f"longer than {most:,} bytes")
    return raw


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
