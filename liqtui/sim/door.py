"""The door of a simulated venue: its connections, which can be POSTed to."""

from websockets.asyncio.server import ServerConnection

MOST_BODY = 1 << 16


class Door(ServerConnection):
    """A connection that can be POSTed to. `websockets` reads GET alone: a POST is handed to it as a GET, and what was
    posted is kept beside it.
    """

    body = b""
    _arrived: bytes | None = b""
    """What has come of a request so far; None once it is whole."""

    def data_received(self, data: bytes) -> None:
        if self._arrived is None:
            super().data_received(data)
            return
        self._arrived += data
        if not self._arrived.startswith(b"POST "[: len(self._arrived)]):
            data, self._arrived = self._arrived, None
            super().data_received(data)
            return
        head, end, body = self._arrived.partition(b"\r\n\r\n")
        size = _content_length(head) if end else MOST_BODY
        if end and len(body) >= size:
            line, _, rest = head.partition(b"\r\n")
            kept = [row for row in rest.split(b"\r\n") if not row.lower().startswith(b"content-length:")]
            self.body, self._arrived = body[:size], None
            super().data_received(b"\r\n".join([line.replace(b"POST ", b"GET ", 1), *kept]) + b"\r\n\r\n")
        elif len(self._arrived) > MOST_BODY:
            self.transport.abort()


def _content_length(head: bytes) -> int:
    for row in head.split(b"\r\n")[1:]:
        name, _, value = row.partition(b":")
        if name.lower() == b"content-length" and value.strip().isdigit():
            return min(int(value), MOST_BODY)
    return 0
