"""What `doctor` looks at without a network: the terminal, the configuration, the folders."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from liqtui.config import Loaded, config_folder
from liqtui.ui.colour import Depth, detect_depth, wants_ascii

SMALLEST, COMFORTABLE = (40, 10), (80, 24)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: whether all is well, what was seen, what to do about it."""

    good: bool
    words: str
    advice: str = ""
    reached: bool = False
    """A venue answered (network findings)."""


def terminal(loaded: Loaded, env: Mapping[str, str], size: tuple[int, int], is_tty: bool) -> list[Finding]:
    """Colours and why, character set, size, and what stands between: SSH, tmux, screen."""
    return [
        Finding(is_tty, "stdout is a terminal" if is_tty else "stdout is not a terminal", "" if is_tty else (
            "the screen needs one; scripts use `liqtui once`")),
        _colours(loaded, env),
        _characters(env),
        *([_size(size)] if size[0] else []),
        *_between(env),
    ]


def colour_reason(loaded: Loaded, env: Mapping[str, str]) -> tuple[Depth, str]:
    """How many colours the screen will use, and what settled it."""
    choice = loaded.config.color
    depth = detect_depth(choice, env)
    if choice != "auto":
        return depth, f"color = {choice} ({loaded.origin('color')})"
    term = env.get("TERM", "")
    if env.get("NO_COLOR"):
        return depth, "NO_COLOR is set"
    without = {name: value for name, value in env.items() if name != "COLORTERM"}
    if detect_depth(choice, without) is not depth:
        return depth, f"COLORTERM={env['COLORTERM']}"
    return depth, f"TERM={term}" if term else "TERM is not set"


def configuration(loaded: Loaded) -> list[Finding]:
    """The file in force and its problems."""
    there = loaded.path.is_file()
    found = [Finding(True, f"configuration {loaded.path}{'' if there else ' (none; all defaults)'}")]
    return found + [Finding(False, problem) for problem in loaded.problems]


def folders(loaded: Loaded) -> list[Finding]:
    """Whether what the program keeps can be written."""
    from platformdirs import user_cache_path, user_state_path

    wanted = [
        ("configuration folder", config_folder()), ("cache folder", user_cache_path("liqtui", appauthor=False)),
        ("folder of layouts and learned ladders", user_state_path("liqtui", appauthor=False)),
    ]
    for what, named in (("record", loaded.config.record_folder), ("export", loaded.config.export_folder)):
        if named:
            wanted.append((f"{what} folder", Path(named).expanduser()))
    return [_folder(what, path) for what, path in wanted]


def _colours(loaded: Loaded, env: Mapping[str, str]) -> Finding:
    depth, reason = colour_reason(loaded, env)
    advice = ""
    if depth in (Depth.ANSI256, Depth.ANSI16) and loaded.config.color == "auto":
        if "TMUX" in env:
            advice = "inside tmux: `set -as terminal-features ',*:RGB'` in tmux.conf, then `--color truecolor`"
        elif "SSH_CONNECTION" in env:
            advice = "SSH does not forward COLORTERM: if your terminal shows 24-bit colour, set color = \"truecolor\""
    return Finding(True, f"colours: {depth.value}, because {reason}", advice)


def _characters(env: Mapping[str, str]) -> Finding:
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    if wants_ascii(env):
        why = "TERM=linux" if env.get("TERM") == "linux" else f"locale {locale}"
        return Finding(False, f"characters: ASCII only, because of {why}", "use a terminal with UTF-8; LANG=C.UTF-8")
    utf8 = "utf" in locale.lower()
    words = f"characters: UTF-8 ({locale or 'no locale set'})"
    return Finding(utf8 or not locale, words, "" if utf8 else "LANG=C.UTF-8")


def _size(size: tuple[int, int]) -> Finding:
    columns, rows = size
    words = f"size: {columns}×{rows}"
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        return Finding(False, words, f"the screen needs {SMALLEST[0]}×{SMALLEST[1]}")
    if columns < COMFORTABLE[0] or rows < COMFORTABLE[1]:
        return Finding(True, words, f"the waterfall appears from {COMFORTABLE[0]}×{COMFORTABLE[1]}")
    return Finding(True, words)


def _between(env: Mapping[str, str]) -> list[Finding]:
    found = [Finding(True, f"TERM={env.get('TERM', '')}  COLORTERM={env.get('COLORTERM', '')}")]
    if "SSH_CONNECTION" in env or "SSH_TTY" in env:
        found.append(Finding(True, "over SSH: 4 frames a second, mouse off", "`ssh -C` makes the picture 10× smaller"))
    if "TMUX" in env:
        found.append(Finding(True, "inside tmux"))
    elif env.get("STY"):
        found.append(Finding(True, "inside GNU screen", "it shows 256 colours at most; tmux shows all"))
    return found


def _folder(what: str, path: Path) -> Finding:
    """Writable, or could be made: the nearest folder that exists decides."""
    nearest = next((folder for folder in (path, *path.parents) if folder.exists()), path)
    good = nearest.is_dir() and os.access(nearest, os.W_OK)
    state = "" if path.exists() else " (not there yet)"
    return Finding(good, f"{what} {path}{state}", "" if good else f"{nearest} cannot be written")
