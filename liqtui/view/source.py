"""Who fills the slots, and how a recording is played."""

from collections.abc import Collection, Iterable
from typing import Protocol

from liqtui.instruments import Catalogue
from liqtui.view.health import Health
from liqtui.view.view import Row, View


class Source(Protocol):
    """Who fills the slots: live feeds, a replay, later a far machine. All methods may be called from any thread."""

    @property
    def kind(self) -> str:
        """`live`, `demo` or `replay`."""
        ...

    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def names(self) -> tuple[str, ...]:
        """The instruments it has by itself (a recording's), in place of a watch list; empty: any of the catalogue."""
        ...

    @property
    def venues(self) -> tuple[str, ...]:
        """All that could be opened, asked or not."""
        ...

    @property
    def sums(self) -> tuple[str, ...]:
        """Those of them that an `all:` name adds up."""
        ...

    @property
    def awaited(self) -> tuple[str, ...]:
        """Venues that are opened and whose listing is not in yet."""
        ...

    def open_venues(self, names: Iterable[str]) -> None:
        """Ask these venues what they list, where that has not been done; of others than `venues` nothing is asked."""
        ...

    def clock_ns(self) -> int:
        """Now, on the clock the views are dated by."""
        ...

    def view(self, name: str) -> View | None:
        """The newest View of `venue:SYMBOL`, or None while there is none."""
        ...

    def watch(self, name: str) -> None:
        """Make this instrument live and the one shown; its venue is opened if it was not.

        Before the venue's listing is in nobody knows: the name waits for it, and `trouble` tells what came of it.

        Raises:
            ValueError: it is no name.
            LookupError: the listing is in and has no such live contract (what `Catalogue.resolve` raises), or there is
                no such venue.
        """
        ...

    def glance(self, names: Collection[str]) -> None:
        """Have a row of each of these, and of no others: many, and cheap. A name nobody lists waits to be listed."""
        ...

    @property
    def glanced(self) -> tuple[str, ...]:
        """What rows were asked for; of a recording what had one at this moment of it."""
        ...

    def row(self, name: str) -> Row | None:
        """The watch table's line of `venue:SYMBOL`, or None while there is none. What has a View has one unasked."""
        ...

    def trouble(self, name: str) -> str | None:
        """Why there is no View of a name that was watched, in words: nobody lists it, or its venue refuses to say (then
        the name goes on waiting, and the words change with the next try); None while there may be one soon."""
        ...

    def status(self) -> Health:
        """The feeds' health while there is no View yet."""
        ...

    def close(self) -> None: ...


class Transport(Protocol):
    """What a replay can do besides: the keys of a player."""

    @property
    def speed(self) -> float: ...
    @property
    def paused(self) -> bool: ...
    @property
    def seeking(self) -> bool:
        """On the way to a time that was asked for; what is shown is of before."""
        ...

    @property
    def span_ns(self) -> tuple[int, int]:
        """First and last time of the recording."""
        ...

    def pause(self, on: bool) -> None: ...
    def set_speed(self, speed: float) -> None: ...
    def step(self, boundaries: int) -> None:
        """Move by 250 ms boundaries; negative seeks back."""
        ...

    def seek(self, time_ns: int) -> None: ...
