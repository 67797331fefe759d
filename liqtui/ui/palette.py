"""The palette of commands: whatever can be done now, by name, found with a few letters of it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from liqtui.ui import words
from liqtui.ui.bindings import PALETTE_KEYS
from liqtui.ui.colour import BOLD
from liqtui.ui.exporting import FORMS, Form, Taken, take
from liqtui.ui.keys import keycap, live_bindings, live_commands
from liqtui.ui.look import Line, Look
from liqtui.ui.overlays import Field
from liqtui.ui.panels import panel
from liqtui.ui.state import SPANS, VIEWS, overlays_of

if TYPE_CHECKING:
    from liqtui.ui.app import LiqtuiApp

NAME, KEYS = 24, 12
"""Cells of a name and of its keys."""
NARROW = 60
"""Cells below which what a command does is left out."""
TOLD_FROM = 3
"""Letters from which a word is also looked for in what commands do."""
OWN_ID = "palette"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done."""

    name: str
    telling: str
    do: Callable[[], Awaitable[object] | None]
    keys: str = ""
    """As they are printed on the keyboard; empty where there is none."""


def matching(query: str, deeds: Sequence[Deed]) -> list[Deed]:
    """Those that every word of `query` fits, best first: the beginning of a word of the name, then somewhere in the
    name, then in what it does, then its letters in order, which count only where nothing fits better."""
    asked = query.casefold().split()
    ranked = [(worth, at) for at, deed in enumerate(deeds) if (worth := _worth(asked, deed)) is not None]
    fits = [one for one in ranked if one[0] < _SCATTERED]
    return [deeds[at] for _, at in sorted(fits or ranked)]


_SCATTERED = 100


def _worth(asked: Sequence[str], deed: Deed) -> int | None:
    """0 is best; None when a word fits nowhere."""
    name = deed.name.casefold()
    total = 0
    for word in asked:
        if any(part.startswith(word) for part in name.split()):
            continue
        if word in name:
            total += 1
        elif len(word) >= TOLD_FROM and word in deed.telling.casefold():
            total += 10
        else:
            letters = iter(name)
            if len(word) < 2 or not all(c in letters for c in word):
                return None
            total += _SCATTERED
    return total


class Palette(Field, inherit_bindings=True):
    """A line to find a command with, and those that are found."""

    BINDINGS: ClassVar = PALETTE_KEYS

    def __init__(
        self, deeds: Sequence[Deed], chosen: Callable[[Deed], Awaitable[None]],
        new: Callable[[str], Deed | None] = lambda _: None, text: str = "",
    ) -> None:
        """`new`: what a query means that names what is not there yet. `text`: the query to begin with."""
        super().__init__("commands")
        self._deeds, self._do, self._new = deeds, chosen, new
        self.write(text)

    def typed(self) -> None:
        made = self._new(self.text)
        self._chosen, self._found = 0, [*([made] if made else []), *matching(self.text, self._deeds)]
        self.again()

    def action_choose(self, rows: int) -> None:
        self._chosen = max(0, min(self._chosen + rows, len(self._found) - 1))
        self.again()

    async def action_run(self) -> None:
        if self._found:
            await self._do(self._found[self._chosen])

    def _paint(self, look: Look) -> None:
        width, height = self.place(len(self._deeds) + 2)
        lines = self._lines(width - 4, height, look)
        where = f" {self._chosen + 1}/{len(self._found)}" if self._found else ""
        self.show(panel(self.title + where, [*lines, *([[]] * (height - len(lines)))], width, look))

    def _lines(self, width: int, height: int, look: Look) -> list[Line]:
        out: list[Line] = [[(": ", look.accent, BOLD), (words.plain(self.text), look.text, BOLD),
                             ("▌", look.accent, 0)], []]
        if not self._found:
            return [*out, [("nothing is called that", look.warn, 0)]][:height]
        room = max(height - len(out), 1)
        top = max(0, min(self._chosen - room // 2, len(self._found) - room))
        name = NAME if width >= NARROW else max(width - KEYS - 2, 1)
        for at, deed in enumerate(self._found[top : top + room], top):
            mine = at == self._chosen
            out.append([
                ("▸ " if mine else "  ", look.accent, 0),
                (words.fill(words.plain(deed.name), name), look.accent if mine else look.text, BOLD if mine else 0),
                (words.fill(deed.keys, KEYS), look.accent, BOLD),
                (words.clip(deed.telling, max(width - NAME - KEYS - 2, 0)), look.muted, 0),
            ])
        return out[:height]


def deeds_of(app: "LiqtuiApp") -> list[Deed]:
    """What can be done on this screen now: by key, then what has no key of its own."""
    here = [*_of_table(app)] if app.table.display else [*_of_pane(app), *_exports(app)]
    lists = (Deed(f"list {name}", "The watch table on this list", partial(app.show_list, name))
             for name in app.watch_list.offered())
    return [*_by_key(app), *here, *lists, *_themes(app)]


def _by_key(app: "LiqtuiApp") -> Iterable[Deed]:
    found: dict[str, Deed] = {}
    tellings: dict[str, str] = {}
    keys: dict[str, list[str]] = {}
    described: dict[str, str] = {}
    for active in live_bindings(app.screen):
        binding = active.binding
        told = binding.tooltip or tellings.get(binding.description, binding.description)
        name = binding.id or binding.description
        described[name], tellings[binding.description] = binding.description, told
        keys.setdefault(name, []).append(keycap(binding.key))
        do = partial(app.run_action, binding.action, active.node)
        found[name] = Deed(name.translate(_BLANKS), told, do, " ".join(keys[name]))
    order = [command.name for command in live_commands(app.screen)]
    return [found[name] for name in sorted(found, key=lambda name: order.index(described[name])) if name != OWN_ID]


_BLANKS = str.maketrans("._", "  ")


def _of_pane(app: "LiqtuiApp") -> Iterable[Deed]:
    """What keys step through, at once."""
    pane = app.pane
    for view in VIEWS:
        yield Deed(f"view {view}", "This view of the pane", partial(pane.see, view=view))
    for overlay in overlays_of(pane.view, pane.state.view):
        if overlay:
            yield Deed(f"overlay {overlay}", "Laid over the picture", partial(pane.see, overlay=overlay))
    if pane.check_action("span", ()):
        for span in SPANS:
            yield Deed(f"span {span}", "This far back", partial(pane.see, span=span))
    from liqtui.ui.paint.titles import GROUP_WORDS  # numpy: not before there is something to draw

    for at, group in enumerate(("all", *GROUP_WORDS)):
        yield Deed(f"leverage {group}", "Positions opened with this leverage", partial(pane.see, leverage=at))


def _of_table(app: "LiqtuiApp") -> Iterable[Deed]:
    """Everything to sort by."""
    from liqtui.ui.paint.columns import WORDS  # numpy: not before there is something to draw

    for column, told in WORDS.items():
        yield Deed(f"sort {told}", "Rows in this order", partial(app.table.sort_by, column))


def _themes(app: "LiqtuiApp") -> Iterable[Deed]:
    for name in app.wardrobe.names:
        yield Deed(f"theme {name}", "This theme", partial(app.wear, name))


def _exports(app: "LiqtuiApp") -> Iterable[Deed]:
    for form in FORMS:
        yield Deed(f"export {form.name}", form.telling, partial(_with_taken, app, app.exports.save, form))
        yield Deed(f"copy {form.name}", form.telling, partial(_with_taken, app, app.exports.copy, form))


def _with_taken(app: "LiqtuiApp", work: Callable[[Form, Taken], None], form: Form) -> None:
    work(form, take(app))
