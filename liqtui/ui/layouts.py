"""Layouts by name, while the screen is open: turn to one that was kept, or keep this one under another name."""

import re
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from liqtui.ui.palette import Deed
from liqtui.ui.profile import is_name

if TYPE_CHECKING:
    from liqtui.ui.app import LiqtuiApp

_NAMED = re.compile(r"(?:save )?layout (?:as )?(\S+)\s*")


def layout_deeds(app: "LiqtuiApp") -> Iterable[Deed]:
    """The layouts that were kept, but for the one in use."""
    for name in app.profile.names:
        if name != app.profile.name:
            yield Deed(f"layout {name}", "As it was left; this one is kept", partial(_turn_to, app, name))
    if app.profile.name:
        yield Deed("save layout as", "Keep this under a name: type `layout NAME`", partial(_ask, app))


def new_layout(app: "LiqtuiApp", query: str) -> Deed | None:
    """What `layout NAME` means where no layout is called that."""
    named = _NAMED.fullmatch(query)
    if named is None or not app.profile.name or named[1] in app.profile.names or not is_name(named[1]):
        return None
    return Deed(f"save layout as {named[1]}", "Keep this under that name from now on", partial(_save_as, app, named[1]))


async def _turn_to(app: "LiqtuiApp", name: str) -> None:
    layout, trouble = app.profile.turn_to(name, app.layout)
    if layout is not None:
        app.wardrobe.begin()
        with app.batch_update():
            await app.desk.restore(layout)
            app.table.restore(layout.table)
            app.dress()
            app.face(table=layout.table.shown)
    app.say(trouble or f"layout {name}")


def _save_as(app: "LiqtuiApp", name: str) -> None:
    trouble = app.profile.save_as(name, app.layout)
    app.say(trouble or f"layout {name}, from now on; liqtui --layout {name} brings it back")


async def _ask(app: "LiqtuiApp") -> None:
    await app.action_palette("layout ")
