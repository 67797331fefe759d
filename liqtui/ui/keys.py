"""Live bindings as words: the footer and the help screen list what works now, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from textual.binding import ActiveBinding, Binding
from textual.screen import Screen

from liqtui.ui.bindings import CONTEXTS
from liqtui.ui.colour import BOLD, Row
from liqtui.ui.look import Look

_CAPS = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "space": "space", "escape": "esc", "enter": "enter",
    "pageup": "PgUp", "pagedown": "PgDn", "question_mark": "?", "exclamation_mark": "!", "slash": "/", "colon": ":",
    "plus": "+",
    "equals_sign": "=", "minus": "-", "comma": ",", "full_stop": ".", "less_than_sign": "<", "greater_than_sign": ">",
    "left_parenthesis": "(", "right_parenthesis": ")", "left_square_bracket": "[", "right_square_bracket": "]",
    "left_curly_bracket": "{", "right_curly_bracket": "}",
    "backspace": "⌫", "tab": "Tab", "shift+tab": "shift+Tab", "shift+left": "shift+←",
    "shift+right": "shift+→", "home": "Home", "end": "End",
}
_CAPS_BACK = {cap: key for key, cap in _CAPS.items() if len(cap) == 1}
"""A key as printed → its long name: a person may write either."""
GAP = "  "
ORDER = (
    "expiry.open_next", "overlay.close", "table.leave", "table.open", "search.open", "alerts.set", "palette.run",
    "search.up", "alerts.up", "palette.up", "alerts.drop", "overlay.up", "overlay.page_up",
    "export.csv", "export.json", "export.svg", "export.ladder", "export.clusters",
    "table.sort", "table.reverse", "table.list", "panes.next", "panes.full", "panes.link",
    "replay.step_back", "replay.seek_back", "replay.slower",
    "search", "search.all", "expiry.previous", "view", "watch", "alerts", "palette", "venue.previous", "export",
    "symbol.previous", "table.up", "panes.one", "cursor.lower", "leverage", "span", "unit", "overlay", "zoom.in",
    "pause", "list.toggle", "freeze", "zoom.reset", "theme", "pair", "clear", "problems", "help", "quit",
)
"""Footer and help, the most useful first; where there is little room the last go first, except these."""
ALWAYS = ("expiry.open_next", "overlay.close", "table.leave", "help", "quit")


class Command(NamedTuple):
    """What a person can do now: the keys that do it, and in how many words."""

    keys: tuple[str, ...]
    """One per binding for the footer: ↑ ↓."""
    all_keys: tuple[str, ...]
    name: str
    telling: str
    id: str
    footer: bool


def keycap(key: str) -> str:
    """A key as it is printed on the keyboard."""
    return _CAPS.get(key, key.replace("ctrl+", "^"))


def live_commands(screen: Screen[object]) -> list[Command]:
    """The bindings that work now, those with one description joined (↑ and ↓ are both `symbol`)."""
    found: dict[str, list[ActiveBinding]] = {}
    for active in live_bindings(screen):
        found.setdefault(active.binding.description, []).append(active)
    return sorted((_command(name, bindings) for name, bindings in found.items()), key=_place)


def live_bindings(screen: Screen[object]) -> list[ActiveBinding]:
    """Each key that works now, with what it does and in which widget; those nobody is told of are left out. `CALLED` of
    the widget that has the keys gives a name and words of its own, by id, to what does something else there."""
    focused = screen.focused
    called: Mapping[str, tuple[str, str]] = getattr(focused, "CALLED", {})
    found = []
    for key, active in screen.active_bindings.items():
        character = key if len(key) == 1 else _character(key)
        swallowed = focused is not None and active.node is not focused and focused.check_consume_key(key, character)
        if active.enabled and active.binding.description and not swallowed:
            name, telling = called.get(active.binding.id or "", (active.binding.description, active.binding.tooltip))
            found.append(active._replace(binding=replace(active.binding, description=name, tooltip=telling)))
    return found


def conflicts(remapped: Mapping[str, str]) -> list[str]:
    """Keys that, remapped so, two actions want in one place: each named with both."""
    both, always = CONTEXTS["map and watch table"], CONTEXTS["everywhere"]
    beside = {"map": [*both, *always, *CONTEXTS["panes"]], "watch table": [*both, *always]}
    found = dict[str, None]()
    for where, own in CONTEXTS.items():
        owners: dict[str, str] = {}
        for binding in [*own, *beside.get(where, [])]:
            if not isinstance(binding, Binding) or not binding.id:
                continue
            for key in remapped.get(binding.id, binding.key).split(","):
                name = _CAPS_BACK.get(key.strip(), key.strip())
                other = owners.setdefault(name, binding.id)
                if other != binding.id:
                    wanted = f"{other} and by {binding.id}"
                    found[f"[keys] {keycap(name)} is wanted by {wanted}: one of them has no key"] = None
    return list(found)


def briefly(troubles: Sequence[str], commands: Iterable[Command]) -> str:
    """Troubles in a line: of more than one how many there are, and the key that lists them, before the first."""
    where = next((f", {_caps(command)} lists them" for command in commands if command.id == "problems"), "")
    return "".join(troubles) if len(troubles) == 1 else f"{len(troubles)} problems{where}: {troubles[0]} …"


def footer_row(commands: list[Command], width: int, look: Look) -> Row:
    """As many commands as fit on one line; help and quit stay."""
    shown = [command for command in commands if command.footer]
    while len(shown) > 1 and _length(shown) > width - 1:
        spare = [c for c in shown if c.id not in ALWAYS]
        shown.remove((spare or shown)[-1])
    runs = [(" ", look.pen(look.muted))]
    room = width - 1
    for command in shown:
        for text, fg, attr in ((_caps(command), look.accent, BOLD), (f" {command.name}{GAP}", look.muted, 0)):
            if cut := text[:room]:
                runs.append((cut, look.pen(fg, attr)))
                room -= len(cut)
    if room > 0:
        runs.append((" " * room, look.pen(look.muted)))
    return look.out(tuple(runs))


def _command(name: str, bindings: list[ActiveBinding]) -> Command:
    bindings = sorted(bindings, key=lambda active: not active.binding.show)  # a key of one's own comes last
    first: Binding = bindings[0].binding
    heads: dict[str, str] = {}
    for active in bindings:
        if active.binding.show == first.show:
            heads.setdefault(active.binding.action, keycap(active.binding.key))
    every = dict.fromkeys([*heads.values(), *(keycap(active.binding.key) for active in bindings)])  # pairs together
    return Command(
        tuple(heads.values()), tuple(every), name,
        first.tooltip or name, first.id or name, first.show,
    )


def _place(command: Command) -> int:
    return ORDER.index(command.id) if command.id in ORDER else len(ORDER)


def _caps(command: Command) -> str:
    joint = " " if any(len(k) > 1 or k in "[]{}" or k.isdigit() for k in command.keys) else ""
    return joint.join(command.keys)


def _length(commands: list[Command]) -> int:
    return sum(len(_caps(c)) + 1 + len(c.name) for c in commands) + len(GAP) * len(commands)


def _character(key: str) -> str | None:
    cap = _CAPS.get(key)
    return cap if cap is not None and len(cap) == 1 and cap.isascii() else " " if key == "space" else None
