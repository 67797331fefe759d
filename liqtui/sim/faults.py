"""What can be made to go wrong with the simulated exchange, while it runs."""

import enum
import time

DEFAULT_SECONDS = 10.0


class Fault(enum.StrEnum):
    """The switches. `drop` and `gap` happen once; the others last."""

    NONE = "none"
    DROP = "drop"
    STALL = "stall"
    MUTE = "mute"
    GAP = "gap"
    MALFORMED = "malformed"
    REFUSE = "refuse"
    SLOW = "slow"


MEANING = {
    Fault.NONE: "everything works again at once",
    Fault.DROP: "all sockets are closed without a word; new ones are welcome",
    Fault.STALL: "sockets stay open and nothing is sent or read: no data, no acknowledgement, no pong",
    Fault.MUTE: "acknowledgements and pongs are sent, data is not",
    Fault.GAP: "the next update of every book is left out, so a sequence number is missing",
    Fault.MALFORMED: "broken JSON, wrong shapes and a binary frame are sent in between",
    Fault.REFUSE: "present sockets are closed; new ones and REST are answered 503",
    Fault.SLOW: "bytes trickle: 4 kB/s per socket, REST answers two seconds late",
}
ONCE = frozenset((Fault.DROP, Fault.GAP))


class Faults:
    """The switch as it stands. One fault at a time; setting another replaces it."""

    def __init__(self) -> None:
        self._kind = Fault.NONE
        self._until_s = 0.0
        self._fresh = False

    def set(self, kind: Fault, seconds: float = DEFAULT_SECONDS) -> None:
        """Switch `kind` on for a time."""
        self._kind, self._until_s = kind, time.monotonic() + seconds
        self._fresh = True

    def take_fresh(self) -> Fault:
        """The fault that was switched on since the last call, for what happens once; else `none`."""
        fresh, self._fresh = self._fresh, False
        return self._kind if fresh else Fault.NONE

    @property
    def now(self) -> Fault:
        """The fault in force."""
        if self._kind in ONCE or time.monotonic() >= self._until_s:
            return Fault.NONE
        return self._kind
