"""What the command line and the configuration settle about the screen before it opens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from liqtui.alerts.rule import Alert
from liqtui.instruments.lists import WATCH
from liqtui.ui.alarm import AlarmSettings
from liqtui.ui.clipboard import Wanted

FPS = 10
FPS_SSH = 4


@dataclass(frozen=True, slots=True)
class UiOptions:
    """How to open the screen. `None` means: decide from the terminal."""

    instruments: tuple[str, ...] = ("okx:BTC-USDT-SWAP",)
    """The watch list, as `venue:SYMBOL`; the first is shown."""
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The lists of the configuration by name, `watch` among them; empty: `instruments` are the only one."""
    list_file: Path | None = None
    """Where is kept what was added to lists and dropped from them; None: nowhere."""
    table: bool | None = None
    """Open with the watch table, or with panes; None: as the layout says."""
    panes: Literal[1, 2, 4] | None = None
    """How many panes to open with: 1, 2 or 4; None: as the layout says."""
    named: bool = False
    """`instruments` were named for this run: they win over those of the layout."""
    configured: str = "okx:BTC-USDT-SWAP"
    """The instrument the configuration shows, whatever was named."""
    theme_named: str | None = None
    """The theme of this run, whatever the configuration and the layout say."""
    layout: str | None = None
    """The layout that comes back now and is kept for the next time; None: none is."""
    layout_folder: Path | None = None
    """Where layouts are kept; None for the platform's state folder."""
    kind: str = "live"
    """`live`, `demo` or `replay`, for the header before the source is open."""
    welcome_file: Path | None = None
    """Whose absence tells that nobody was welcomed yet; None: nobody is."""
    theme: str = "dark"
    color: str = "auto"
    """`auto`, `truecolor`, `256`, `16` or `mono`."""
    fps: int | None = None
    mouse: bool | None = None
    keys: dict[str, str] = field(default_factory=dict)
    """Keys by binding id, where they differ from the usual ones."""
    theme_folder: Path | None = None
    """The user's themes; None for the platform's configuration folder."""
    alerts: tuple[Alert, ...] = ()
    """Set by the configuration."""
    alert_file: Path | None = None
    """Where those set on the screen are kept; None: nowhere."""
    alarm: AlarmSettings = field(default_factory=AlarmSettings)
    export_folder: Path | None = None
    """Where exported files go; None: the current directory."""
    clipboard: Wanted = "auto"
    problems: tuple[str, ...] = ()
    """What is wrong with the configuration."""
    config_file: Path | None = None
    """Read anew through `renew` when it changes."""
    renew: "Callable[[], tuple[UiOptions | None, tuple[str, ...]]] | None" = None
    """The options as the configuration has them now (None: nothing can be made of it), and what is wrong with it; None:
    it is read once."""
    environ: dict[str, str] = field(default_factory=dict)
    """The environment the terminal is judged by."""

    @property
    def all_lists(self) -> dict[str, tuple[str, ...]]:
        """The lists there are by name."""
        return self.lists or {WATCH: self.instruments}

    @property
    def ssh(self) -> bool:
        return "SSH_CONNECTION" in self.environ or "SSH_TTY" in self.environ

    @property
    def frames(self) -> int:
        """Frames a second: 10, over SSH 4, unless told."""
        return self.fps or (FPS_SSH if self.ssh else FPS)

    @property
    def use_mouse(self) -> bool:
        return not self.ssh if self.mouse is None else self.mouse
