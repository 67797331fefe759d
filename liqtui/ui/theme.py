"""Themes: one TOML file each, shipped with the program or put by the user into the configuration folder."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from liqtui.ui.colour import Depth

DEFAULT = "dark"

Hex = Annotated[str, msgspec.Meta(pattern=r"^(#[0-9a-fA-F]{6}|default)$")]
Rgb = Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}$")]
Index256 = Annotated[int, msgspec.Meta(ge=-1, le=255)]
Index16 = Annotated[int, msgspec.Meta(ge=-1, le=15)]
"""-1 is the terminal's own colour."""
Venues = Annotated[list[Rgb], msgspec.Meta(min_length=2)]
Venues256 = Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=255)]], msgspec.Meta(min_length=2)]
"""Colours of a side to tell venues apart, one beside the other."""
Stops = Annotated[list[Rgb], msgspec.Meta(min_length=2)]
Ladder256 = Annotated[list[Index256], msgspec.Meta(min_length=2)]
Ladder16 = Annotated[list[Index16], msgspec.Meta(min_length=1)]


class ThemeError(Exception):
    """A theme file cannot be used. The message names file, line and key."""

    def __init__(self, file: Path, line: int | None, key: str, reason: str) -> None:
        at = f"{file.name}{f', line {line}' if line else ''}"
        super().__init__(f"theme {at}: {f'{key}: ' if key else ''}{reason}")
        self.file, self.line, self.key, self.reason = file, line, key, reason


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a theme file: every key known, every key there."""


class TrueColours(_Strict, frozen=True):
    """`[truecolor]`: colours as #rrggbb; ladders as stops from nothing to most."""

    background: Hex
    raised: Hex
    """Behind panels that lie over the map, and behind the cursor's column."""
    text: Hex
    muted: Hex
    faint: Hex
    border: Hex
    accent: Hex
    good: Hex
    warn: Hex
    bad: Hex
    path: Hex
    """The price path in the waterfall."""
    long: Stops
    short: Stops
    other_long: Stops
    other_short: Stops
    """The pair one key away."""
    heat: Stops
    long_venues: Venues | None = None
    short_venues: Venues | None = None
    other_long_venues: Venues | None = None
    other_short_venues: Venues | None = None
    """Without them the ladders serve."""


class Colours256(_Strict, frozen=True):
    """`[256]`: indices of the 256 colours; ladders picked by hand, dark to light (light themes: light to dark)."""

    background: Index256
    raised: Index256
    text: Index256
    muted: Index256
    faint: Index256
    border: Index256
    accent: Index256
    good: Index256
    warn: Index256
    bad: Index256
    path: Index256
    long: Ladder256
    short: Ladder256
    other_long: Ladder256
    other_short: Ladder256
    heat: Ladder256
    long_venues: Venues256 | None = None
    short_venues: Venues256 | None = None
    other_long_venues: Venues256 | None = None
    other_short_venues: Venues256 | None = None


class Colours16(_Strict, frozen=True):
    """`[16]`: indices of the 16 colours; intensity is told by shades, one colour of `heat` per shade."""

    background: Index16
    raised: Index16
    text: Index16
    muted: Index16
    faint: Index16
    border: Index16
    accent: Index16
    good: Index16
    warn: Index16
    bad: Index16
    path: Index16
    long: Ladder16
    short: Ladder16
    other_long: Ladder16
    other_short: Ladder16
    heat: Ladder16
    shades: Annotated[str, msgspec.Meta(min_length=2)]


class NoColours(_Strict, frozen=True):
    """`[none]`: shades from nothing to most."""

    shades: Annotated[str, msgspec.Meta(min_length=2)]


class Theme(_Strict, frozen=True):
    """One theme file."""

    name: str
    light: bool
    pair: str
    """What the pair of colours is called: `green/red`."""
    other_pair: str
    truecolor: TrueColours
    c256: Colours256 = msgspec.field(name="256")
    c16: Colours16 = msgspec.field(name="16")
    none: NoColours

    def colours(self, depth: Depth) -> TrueColours | Colours256 | Colours16 | NoColours:
        """The table for a colour depth."""
        match depth:
            case Depth.TRUECOLOR:
                return self.truecolor
            case Depth.ANSI256:
                return self.c256
            case Depth.ANSI16:
                return self.c16
            case Depth.MONO:
                return self.none


class Themes(msgspec.Struct, frozen=True):
    """The themes at hand by name, and what was wrong with those that could not be used."""

    by_name: dict[str, Theme]
    errors: tuple[ThemeError, ...]

    def pick(self, name: str) -> tuple[Theme, str]:
        """The theme of that name, or the default and words that say why."""
        if name in self.by_name:
            return self.by_name[name], ""
        broken = next((str(e) for e in self.errors if e.file.stem == name), f"no theme {name!r}")
        known = ", ".join(sorted(self.by_name))
        return self.by_name[DEFAULT], f"{broken}; using {DEFAULT} (there are {known})"


def shipped_folder() -> Path:
    """Where the program's own themes lie: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_themes"
    return inside if inside.is_dir() else package.parent / "themes"


def user_folder() -> Path:
    """Where a user puts themes: `themes/` in the platform's configuration folder."""
    import platformdirs  # here, because most starts need no user folder before the first paint

    return Path(platformdirs.user_config_dir("liqtui", appauthor=False)) / "themes"


def load_themes(user: Path | None = None) -> Themes:
    """The shipped themes, then the user's, which replace those of the same name. A broken file is an entry in
    `errors`; the shipped ones are taken to be right (a test keeps them so)."""
    themes: dict[str, Theme] = {}
    errors: list[ThemeError] = []
    for file in _files([shipped_folder(), user if user is not None else user_folder()]):
        try:
            theme = load_theme(file)
        except ThemeError as error:
            errors.append(error)
        else:
            themes[theme.name] = theme
    return Themes(themes, tuple(errors))


def load_theme(file: Path) -> Theme:
    """One theme.

    Raises:
        ThemeError: unreadable, not TOML, a key unknown, missing or of the wrong kind.
    """
    try:
        text = file.read_text("utf-8")
        table = tomllib.loads(text)
        return msgspec.convert(table, Theme)
    except OSError as error:
        raise ThemeError(file, None, "", error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise ThemeError(file, int(line[1]) if line else None, "", str(error)) from error
    except msgspec.ValidationError as error:
        key, reason = _key_of(str(error))
        raise ThemeError(file, _line_of(text, key), key, reason) from error


def _files(folders: Iterable[Path]) -> list[Path]:
    return [file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.toml"))]


def _key_of(message: str) -> tuple[str, str]:
    """Split msgspec's "… - at `$.truecolor.heat[...]`" and name the key a "field `x`" message is about."""
    reason, _, path = message.partition(" - at `$.")
    key = path.rstrip("`")
    field = re.search(r"(?:unknown|required) field `([^`]+)`", reason)
    if field:
        key = f"{key}.{field[1]}" if key else field[1]
    return re.sub(r"\[[^]]*\]", "", key), reason


def _line_of(text: str, key: str) -> int | None:
    """The line that sets `table.key`, or opens the table when the key is missing."""
    table, _, name = key.rpartition(".")
    current, opened = "", None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            current = header[1].strip().strip("\"'")
            opened = number if current == table else opened
        elif current == table and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line):
            return number
    return opened
