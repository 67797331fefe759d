"""A replay's controls, as its keys use them."""

import time
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from liqtui.view import Source, Transport

MOVES = ("step", "seek", "speed")
"""Actions that only a replay has."""
STEP_SEEK_NS = 60 * 10**9
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


def transport_of(source: "Source | None") -> "Transport | None":
    """The player's controls, where the source is a recording."""
    if source is not None and source.kind == "replay" and hasattr(source, "set_speed"):
        return cast("Transport", source)
    return None


class Played:
    """The keys of a replay, and the pause of whatever else is shown, for a widget that shows one."""

    source: "Source | None"

    def changed(self) -> None:
        """A key changed what should be seen."""
        raise NotImplementedError

    def hold(self, now_ns: int) -> None:
        """Hold what is shown, or let it go on."""
        raise NotImplementedError

    def action_pause(self) -> None:
        """Hold the picture; in a replay hold the recording itself."""
        if (player := transport_of(self.source)) is not None:
            player.pause(not player.paused)
        elif self.source is not None:
            self.hold(self.source.clock_ns())
        self.changed()

    @property
    def plays(self) -> bool:
        return transport_of(self.source) is not None

    def action_step(self, by: int) -> None:
        if (player := transport_of(self.source)) is not None:
            player.step(by)
            self.changed()

    def action_seek(self, by: int) -> None:
        if (player := transport_of(self.source)) is not None and self.source is not None:
            seek(player, self.source.clock_ns(), by)
            self.changed()

    def action_speed(self, by: int) -> None:
        if (player := transport_of(self.source)) is not None:
            change_speed(player, by)
            self.changed()


def position(player: "Transport", now_ns: int) -> str:
    """Where the recording is, in words: `2025-05-22 10:00:00 ▸ ×4 50 %`."""
    first, last = player.span_ns
    share = (now_ns - first) / (last - first) if last > first else 1.0
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now_ns / 1e9))
    how = "seeking" if player.seeking else f"{'‖' if player.paused else '▸'} ×{player.speed:g}"
    return f"{at} {how} {min(max(share, 0), 1) * 100:.0f} %"


def seek(player: "Transport", now_ns: int, minutes: int) -> None:
    """Some minutes on or back, within the recording."""
    first, last = player.span_ns
    player.seek(min(max(now_ns + minutes * STEP_SEEK_NS, first), last))


def change_speed(player: "Transport", by: int) -> None:
    """Some steps faster or slower."""
    at = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - player.speed))
    player.set_speed(SPEEDS[min(max(at + by, 0), len(SPEEDS) - 1)])
