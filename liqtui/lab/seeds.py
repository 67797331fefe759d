"""Seeds by name: what was used for tuning is never what is judged by."""

import hashlib
from typing import Literal

Purpose = Literal["test", "tune"]


def seed(purpose: Purpose, regime: str, number: int) -> int:
    """The seed of a purpose's `number`-th market of a regime. `test` is for `liqtui score --sim` alone.

    The name is hashed and the purpose sets the lowest bit, so no number can serve both.
    """
    digest = hashlib.sha256(f"{purpose}/{regime}/{number}".encode()).digest()
    return int.from_bytes(digest[:6], "big") << 1 | (purpose == "test")
