"""A loop in a thread of its own."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_log = logging.getLogger(__name__)

CLOSE_S = 5.0
"""How long a closing session waits for its thread."""


def in_thread(work: Coroutine[Any, Any, None], name: str, failed: Callable[[str], None]) -> threading.Thread:
    """Run a coroutine in a loop and a thread of its own. `failed` is told, there, of what it ended with, if it did."""

    def run() -> None:
        try:
            asyncio.run(work)
        except Exception as error:
            _log.exception("%s has stopped", name)
            failed(f"internal error, {name} has stopped: {type(error).__name__}: {error}")

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
