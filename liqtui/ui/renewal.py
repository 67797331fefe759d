"""Configuration and themes read anew when their files change."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from liqtui.ui.options import UiOptions
from liqtui.ui.theme import Themes, load_themes, user_folder

EVERY_S = 2.0
"""The files are looked at this often."""

_Stamp = tuple[tuple[Path, int, int], ...]


@dataclass(frozen=True, slots=True)
class Renewed:
    """What the files say now."""

    options: UiOptions
    themes: Themes
    troubles: tuple[str, ...]


class Renewal:
    """Owned by the app. Looking costs a few calls of `stat`; only what changed is read."""

    def __init__(self, options: UiOptions) -> None:
        self._read, self._file = options.renew, options.config_file
        self._options = options
        self._folder = options.theme_folder or user_folder()
        self._stamp = self._now()

    def look(self) -> Renewed | None:
        """What is new; None while the files are as they were. Of a configuration that cannot be used the last stands.
        """
        stamp = self._now()
        if stamp == self._stamp or self._read is None:
            return None
        self._stamp = stamp
        options, problems = self._read()
        self._options = options or self._options
        themes = load_themes(self._folder)
        return Renewed(self._options, themes, (*problems, *map(str, themes.errors)))

    def _now(self) -> _Stamp:
        files = [] if self._file is None else [self._file]
        with suppress(OSError):
            files += sorted(self._folder.glob("*.toml"))
        out = []
        for file in files:
            try:
                status = file.stat()
            except OSError:
                continue
            out.append((file, status.st_mtime_ns, status.st_size))
        return tuple(out)
