"""What can be made to go wrong with the simulated exchange, while it runs."""

import enum
import time

DEFAULT_SECONDS = 10.0
REFUSALS = (503, 403, 418, 429, 451)
"""HTTP statuses a venue may refuse with; the first unless another is named."""


class Fault(enum.StrEnum):
    """The switches. `gap` happens once; the others last."""

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
    Fault.DROP: "killed: all sockets are cut, and whoever comes is cut off at once",
    Fault.STALL: "sockets stay open and nothing is sent or read: no data, no acknowledgement, no pong",
    Fault.MUTE: "acknowledgements and pongs are sent, data is not",
    Fault.GAP: "the next update of every book is left out, so a sequence number is missing",
    Fault.MALFORMED: "broken JSON, wrong shapes and a binary frame are sent in between",
    Fault.REFUSE: "present sockets are cut; new ones and REST are answered with &status= (503, 403, 418, 429, 451)",
    Fault.SLOW: "bytes trickle: 4 kB/s per socket, REST answers two seconds late",
}


class Faults:
    """The switch as it stands. One fault at a time; setting another replaces it."""

    def __init__(self) -> None:
        self._kind = Fault.NONE
        self._until_s = 0.0
        self._fresh = False
        self.status = REFUSALS[0]
        """What a refusal says."""

    def set(self, kind: Fault, seconds: float = DEFAULT_SECONDS, status: int = REFUSALS[0]) -> None:
        """Switch `kind` on for a time; with 0 seconds, what happens at once happens and nothing lasts."""
        self._kind, self._until_s, self.status = kind, time.monotonic() + seconds, status
        self._fresh = True

    def take_fresh(self) -> Fault:
        """The fault that was switched on since the last call, for what happens once; else `none`."""
        fresh, self._fresh = self._fresh, False
        return self._kind if fresh else Fault.NONE

    @property
    def now(self) -> Fault:
        """The fault in force."""
        if self._kind is Fault.GAP or time.monotonic() >= self._until_s:
            return Fault.NONE
        return self._kind
