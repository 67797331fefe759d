"""Opening a venue's WebSocket, and words for why it could not be, or ended."""

import ssl
from functools import cache
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidProxyStatus, InvalidStatus, WebSocketException

from liqtui.feeds.network import error_words, is_loopback, plain
from liqtui.feeds.refusals import http_words, retry_after_s
from liqtui.feeds.settings import Timing
from liqtui.venues.base import SendsHeaders, Venue

FAILURES = (OSError, WebSocketException, ImportError, ValueError)
"""Of opening a socket: the network, the handshake, a proxy that needs a missing library or has a broken URL."""
_PROTOCOL_PING_S = 20.0


async def open_socket(url: str, venue: Venue, timing: Timing) -> ClientConnection:
    """A socket of the venue, kept alive by the protocol's pings where the venue has none of its own.

    Raises:
        OSError, WebSocketException, ImportError, ValueError: `FAILURES`.
    """
    return await connect(
        url,
        compression=None,
        additional_headers=venue.headers if isinstance(venue, SendsHeaders) else None,
        proxy=None if is_loopback(url) else True,
        max_size=venue.limits.max_frame_bytes,
        max_queue=None,  # bounded by the reads: each is at most 256 KiB and worked off before the next
        open_timeout=timing.open_s,
        close_timeout=timing.close_s,
        ping_interval=None if venue.keepalive else _PROTOCOL_PING_S,
        create_connection=gathering(timing.gather_s),
        ssl=_certificates() if urlsplit(url).scheme == "wss" else None,
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Whom this machine trusts: some 50 ms of reading, shared by all sockets."""
    return ssl.create_default_context()


def gathering(gather_s: float) -> type[ClientConnection]:
    """A socket that reads at most every `gather_s` while frames come thick, so that those sent one by one are woken up
    for together.

    What comes after a calm is read at once; bytes that follow on its heels make the kernel collect for a while. A slow
    stream is never paused: that would double what its frames cost.
    """

    class _Gathering(ClientConnection):
        _read_at = 0.0

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            now = self.loop.time()
            thick, self._read_at = now - self._read_at < gather_s / 2, now
            if thick and self.response is not None and not self.transport.is_closing():
                self.transport.pause_reading()
                self.loop.call_later(gather_s, self._read_on)

        def _read_on(self) -> None:
            if not self.transport.is_closing():
                self.transport.resume_reading()

    return _Gathering


def explain(error: Exception) -> tuple[str, int, float | None]:
    """Words for a failed opening, the venue's HTTP status (0: none), and the seconds it told us to wait."""
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return http_words(status), status, retry_after_s(error.response.headers)
    if isinstance(error, InvalidProxyStatus):
        return f"proxy: {http_words(error.response.status_code)}", 0, None
    return error_words(error), 0, None


def close_words(error: ConnectionClosed) -> str:
    """Why an open socket ended."""
    if error.rcvd is not None:
        return plain(f"closed by the venue: {error.rcvd.code} {error.rcvd.reason}")
    if error.sent is not None:
        return plain(f"given up: {error.sent.code} {error.sent.reason}")
    return "connection lost"
