"""A client of a face, without any socket: the text of every frame it is given."""

from liqtui.sim.faces.base import Topic
from liqtui.sim.limiter import Window


class Ear:
    """Listens on a path, and keeps what it hears apart from what it is answered."""

    def __init__(self, path: str = "") -> None:
        self.path = path
        self.topics: set[Topic] = set()
        self.requests: Window | None = None
        self.texts: list[str] = []
        self.answers: list[str] = []
        self.closed: list[tuple[int, str]] = []

    def push(self, framed: bytes) -> None:
        head = {126: 4, 127: 10}.get(framed[1], 2)
        self.texts.append(framed[head:].decode())

    def answer(self, text: str) -> None:
        self.answers.append(text)

    def hang_up(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))
