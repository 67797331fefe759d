"""The configuration: one TOML file, the environment, and where each value came from.

A broken file never stops the program: every problem is a sentence with file, line and key, and the default stands in.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

from liqtui import venues as venue_modules
from liqtui.alerts.rule import parse_alert
from liqtui.instruments import DEFAULT_VENUE, SUM_VENUE
from liqtui.instruments.lists import RESERVED, member_of
from liqtui.venues.base import VenueSettings

ENV_PREFIX = "LIQTUI_"
ENV_FILE = "LIQTUI_CONFIG"
MAX_BYTES = 1_000_000

FramesPerSecond = Annotated[int, Meta(ge=1, le=60)]
_VENUE_LISTS = ("connect", "sum")
"""Keys that name venues."""
ColorChoice = Literal["auto", "truecolor", "256", "16", "mono"]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a person may set. A key is `theme` or `venues.okx.region`; None means the program chooses."""

    instrument: Annotated[str, Meta(min_length=1, description="What a first start shows: SYMBOL or VENUE:SYMBOL")] = (
        "BTC-USDT-SWAP"
    )
    watch: Annotated[tuple[str, ...], Meta(description="The watch list, in the order of the up and down keys")] = (
        "BTC-USDT-SWAP", "ETH-USDT-SWAP", "SOL-USDT-SWAP",
    )
    connect: Annotated[
        tuple[str, ...], Meta(description="Venues asked at start, besides those of the instruments that are named")
    ] = (DEFAULT_VENUE,)
    sum: Annotated[tuple[str, ...], Meta(description="Venues whose perpetuals `all:COIN-USDT` adds up")] = (
        "binance", "okx", "bybit", "bitget", "gate", "hyperliquid",
    )
    sum_inverse: Annotated[bool, Meta(description="Add inverse perpetuals, too, their face divided by price")] = False
    alerts: Annotated[
        tuple[str, ...], Meta(description="What to be told of: near 0.3, BTC-USDT-SWAP liquidated 1M, stale 15, …")
    ] = ()
    alert_bell: Annotated[bool, Meta(description="Ring the terminal's bell when an alert fires")] = True
    alert_notify: Annotated[
        Literal["auto", "osc9", "osc777", "off"], Meta(description="Desktop notification through the terminal")
    ] = "auto"
    alert_command: Annotated[
        tuple[str, ...], Meta(description="Program and arguments run when an alert fires: JSON on its standard input")
    ] = ()
    theme: Annotated[str, Meta(min_length=1, description="A theme's name; `liqtui themes` lists them")] = "dark"
    color: Annotated[ColorChoice, Meta(description="Colours the terminal can show; auto finds out")] = "auto"
    fps: Annotated[FramesPerSecond | None, Meta(description="Frames a second, 1–60; unset: 10, over SSH 4")] = None
    mouse: Annotated[bool | None, Meta(description="Listen to the mouse; unset: not over SSH")] = None
    record_folder: Annotated[str | None, Meta(description="Where `record` puts files named without a folder")] = None
    export_folder: Annotated[
        str | None, Meta(description="Where `x` puts files; unset: the current directory")
    ] = None
    clipboard: Annotated[
        bool | Literal["auto"],
        Meta(description="Copy through the terminal (OSC 52); auto: unless it is known to have no clipboard"),
    ] = "auto"
    lists: Annotated[
        dict[str, tuple[str, ...]],
        Meta(description="[lists]: NAME = [SYMBOL, VENUE:SYMBOL, …] for the watch table; okx:* is all of a venue"),
    ] = {}
    venues: Annotated[
        dict[str, VenueSettings],
        Meta(description="[venues.NAME]: region (okx: www, eea, us), ws_url and rest_url in place of the region's"),
    ] = {}
    keys: Annotated[dict[str, str], Meta(description="[keys]: binding id = key; `liqtui keys` lists the ids")] = {}

    def connected(self, instruments: Iterable[str] = ()) -> frozenset[str]:
        """The venues to ask: those of `connect`, and of the instruments to be seen (`VENUE:SYMBOL`) and watched."""
        named = (name.partition(":")[0].lower() for name in (*instruments, *self.watch) if ":" in name)
        return frozenset(self.connect) | (frozenset(named) & frozenset(venue_modules.names()))

    def venue(self, name: str) -> VenueSettings:
        """The settings of a venue; all defaults where nothing is set."""
        return self.venues.get(name, VenueSettings())


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration with its history: the file asked, the origin of every key that is set, and what was wrong."""

    config: Config
    path: Path
    origins: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def origin(self, key: str) -> str:
        """Where the value of `key` came from: `default`, `FILE:LINE`, `environment NAME`, `command line --x`."""
        return self.origins.get(key, "default")

    def override(self, origin: str, **values: object) -> "Loaded":
        """With values from the command line; None leaves a key alone."""
        given = {key: value for key, value in values.items() if value is not None}
        config = msgspec.structs.replace(self.config, **given)
        return replace(self, config=config, origins={**self.origins, **dict.fromkeys(given, origin)})


def config_path(explicit: str | None = None, env: Mapping[str, str] = os.environ) -> Path:
    """The file in force: `--config`, else LIQTUI_CONFIG, else `config.toml` in the platform's folder."""
    named = explicit or env.get(ENV_FILE)
    return Path(named).expanduser() if named else config_folder() / "config.toml"


def config_folder() -> Path:
    """The platform's folder for this program's settings; themes of the user's own lie in `themes/` below it."""
    from platformdirs import user_config_path  # 15 ms: only for those who ask

    return user_config_path("liqtui", appauthor=False)


def load(explicit: str | None = None, env: Mapping[str, str] = os.environ) -> Loaded:
    """Read file and environment. Never raises for what they hold: see `Loaded.problems`."""
    path = config_path(explicit, env)
    problems: list[str] = []
    text = _read(path, bool(explicit or env.get(ENV_FILE)), problems)
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: not TOML: {error}; all defaults are used")
        table, text = {}, ""
    builder = _Builder(problems)
    for key, value in _leaves(table):
        line = _line_of(text, key)
        where = f"{path}:{line}" if line else str(path)
        builder.set(key, value, where, where)
    for name, value in sorted(env.items()):
        if name.startswith(ENV_PREFIX) and name != ENV_FILE and (env_key := _key_of_env(name)):
            builder.set(env_key, value, f"environment {name}", f"environment {name}", lax=True)
    return Loaded(builder.config(), path, builder.origins, tuple(problems))


def describe() -> Iterator[tuple[str, str, object]]:
    """Every top-level key: its name, its line of documentation, its default."""
    for info in msgspec.structs.fields(Config):
        default = info.default if info.default is not msgspec.NODEFAULT else info.default_factory()
        yield info.name, _description(info.type), default


def values(loaded: Loaded) -> Iterator[tuple[str, object, str]]:
    """Every key with its value in force and its origin; tables by their entries."""
    for name, _, _ in describe():
        value = getattr(loaded.config, name)
        if name == "venues":
            for venue in sorted({*venue_modules.names(), *value}):
                for part in msgspec.structs.fields(VenueSettings):
                    key = f"venues.{venue}.{part.name}"
                    yield key, getattr(loaded.config.venue(venue), part.name), loaded.origin(key)
        elif isinstance(value, dict):
            for part_name, part_value in value.items():
                yield f"{name}.{part_name}", part_value, loaded.origin(f"{name}.{part_name}")
        else:
            yield name, value, loaded.origin(name)


class _Builder:
    """Collects checked values one key at a time, so that one broken key costs only itself."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        self.origins: dict[str, str] = {}
        self._plain: dict[str, Any] = {}
        self._venues: dict[str, dict[str, str]] = {}
        self._tables: dict[str, dict[str, Any]] = {"keys": {}, "lists": {}}
        self._types = {info.name: info.type for info in msgspec.structs.fields(Config)}

    def config(self) -> Config:
        venues = {name: VenueSettings(**parts) for name, parts in self._venues.items()}
        parts: dict[str, Any] = {**self._plain, **self._tables, "venues": venues}
        return Config(**parts)

    def set(self, key: str, value: object, where: str, origin: str, *, lax: bool = False) -> None:
        """Check one value; what is wrong with it becomes a problem and the default stays."""
        top, *rest = key.split(".")
        expected, default = self._expected(top, rest)
        if expected is None:
            self.problems.append(f"{where}: unknown key `{key}`{_nearest(key, self._known())}; ignored")
            return
        try:
            checked = msgspec.convert(value, expected, strict=not lax)
        except msgspec.ValidationError as error:
            shown = "unset" if default is None else repr(default)
            self.problems.append(f"{where}: `{key}`: {error}{_choices(expected)}; the default is used: {shown}")
            return
        if top == "alerts":
            checked = self._alerts(key, checked, where)
        if top == "lists":
            checked = self._members(key, checked, where)
        if top in _VENUE_LISTS:
            checked = self._there(key, checked, where) or default
        if top == "venues":
            self._venues.setdefault(rest[0], {})[rest[1]] = checked
        elif top in self._tables:
            self._tables[top][rest[0]] = checked
        else:
            self._plain[top] = checked
        self.origins[key] = origin

    def _expected(self, top: str, rest: list[str]) -> tuple[Any, object]:
        """Type and default of a key; (None, None) for one that does not exist."""
        if top == "venues":
            parts = {info.name: info for info in msgspec.structs.fields(VenueSettings)}
            known = len(rest) == 2 and rest[0] in venue_modules.names() and rest[1] in parts
            return (parts[rest[1]].type, parts[rest[1]].default) if known else (None, None)
        if top == "keys":
            return (str, "as built in") if len(rest) == 1 else (None, None)
        if top == "lists":
            return (tuple[str, ...], ()) if len(rest) == 1 and _may_be_called(rest[0]) else (None, None)
        return (self._types[top], getattr(Config(), top)) if top in self._types and not rest else (None, None)

    def _alerts(self, key: str, texts: tuple[str, ...], where: str) -> tuple[str, ...]:
        """Those that say something, each once."""
        good = []
        for text in texts:
            try:
                parse_alert(text)
            except ValueError as error:
                self.problems.append(f"{where}: `{key}`: {error}; left out")
            else:
                good.append(text)
        return tuple(dict.fromkeys(good))

    def _members(self, key: str, texts: tuple[str, ...], where: str) -> tuple[str, ...]:
        """Those that may be instruments of a venue there is, each once."""
        good = []
        for text in texts:
            try:
                member = member_of(text)
            except ValueError as error:
                self.problems.append(f"{where}: `{key}`: {error}; left out")
                continue
            venue = member.partition(":")[0]
            if venue == SUM_VENUE or self._there(key, (venue,), where):
                good.append(member)
        return tuple(dict.fromkeys(good))

    def _there(self, key: str, names: tuple[str, ...], where: str) -> tuple[str, ...]:
        """Those of the venues named that there are, each once."""
        known = venue_modules.names()
        for name in names:
            if name not in known:
                near = _nearest(name, list(known)) or f"; there are: {', '.join(known)}"
                self.problems.append(f"{where}: `{key}`: no venue {name!r}{near}; left out")
        return tuple(dict.fromkeys(name for name in names if name in known))

    def _known(self) -> list[str]:
        parts = [info.name for info in msgspec.structs.fields(VenueSettings)]
        return [
            *(name for name in self._types if name not in {"venues", "keys", "lists"}),
            *(f"venues.{venue}.{part}" for venue in venue_modules.names() for part in parts),
        ]


def _may_be_called(name: str) -> bool:
    """Whether a list may have this name: words that mean one already are taken."""
    return name not in RESERVED and re.fullmatch(r"[\w-]{1,24}", name) is not None


def _read(path: Path, asked_for: bool, problems: list[str]) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            problems.append(f"{path}: longer than {MAX_BYTES:,} bytes; all defaults are used")
            return ""
        return raw.decode("utf-8")
    except FileNotFoundError:
        if asked_for:
            problems.append(f"{path}: no such file; all defaults are used")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read: {error}; all defaults are used")
    return ""


def _leaves(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    """Every value with its dotted key; an empty table sets nothing."""
    for name, value in table.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            yield from _leaves(value, f"{key}.")
        else:
            yield key, value


def _line_of(text: str, key: str) -> int | None:
    """The line a key is set on, for messages; None when it is written in a way this does not see (inline tables)."""
    header = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            header = re.sub(r"[\"'\s]", "", found[1]) + "."
        elif (found := re.match(r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*=", line)) and (
            header + re.sub(r"[\"'\s]", "", found[1]) == key
        ):
            return number
    return None


def _key_of_env(name: str) -> str | None:
    """`LIQTUI_THEME` → `theme`, `LIQTUI_VENUES_OKX_REST_URL` → `venues.okx.rest_url`; others are not settings."""
    wanted = name.removeprefix(ENV_PREFIX).lower()
    keys = (key for key in _Builder([])._known() if key not in {"watch", *_VENUE_LISTS})
    return next((key for key in keys if key.replace(".", "_") == wanted), None)


def _nearest(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f", nearest: `{close[0]}`" if close else ""


def _choices(annotated: Any) -> str:
    allowed = get_args(get_args(annotated)[0]) if get_origin(annotated) is Annotated else ()
    words = [choice for choice in allowed if isinstance(choice, str)]
    return f", choose one of {', '.join(words)}" if words else ""


def _description(annotated: Any) -> str:
    meta: Meta = annotated.__metadata__[0]
    return meta.description or ""
