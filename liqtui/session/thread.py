"""A loop in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

CLOSE_S = 5.0
"""How long a closing session waits for its thread."""


def in_thread(work: Coroutine[Any, Any, None], name: str) -> threading.Thread:
    """Run a coroutine in a loop and a thread of its own."""
    target: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run
    thread = threading.Thread(target=target, args=(work,), name=name, daemon=True)
    thread.start()
    return thread
