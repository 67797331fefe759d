"""Every view and the watch table, whole screens: in every state, at every size, at every depth of colour.

Not each with each, which would be 576 pictures: any two of the four meet in one of these 36.
"""

from dataclasses import replace
from itertools import combinations, product
from typing import NamedTuple

import pytest

from liqtui.events import FeedState
from liqtui.instruments import Catalogue
from liqtui.ui.state import VIEWS
from liqtui.view import BackfillView, Figure, View

from . import table_scene
from .conftest import make_app, press_at_once, until
from .factory import HOUR, NOW, PERPETUAL, SECOND, FakeReplay, FakeSource, health
from .gallery import compare, photograph
from .view_scene import named, with_cascade, with_history

FACES = (*VIEWS, "watch")
STATES = ("live", "stale", "disconnected", "empty", "paused", "replay")
SIZES = ("150x45", "100x30", "80x24", "40x12")
DEPTHS = ("truecolor", "256", "16", "mono")
GRID = """
map      80x24 truecolor   40x12 256         150x45 mono       100x30 16         100x30 256        100x30 truecolor
heat     100x30 16         80x24 mono        40x12 256         150x45 truecolor  150x45 mono       150x45 16
ladder   40x12 truecolor   150x45 256        100x30 mono       80x24 16          80x24 256         80x24 truecolor
cascade  80x24 mono        40x12 truecolor   150x45 16         100x30 256        100x30 truecolor  100x30 mono
charts   150x45 truecolor  100x30 256        80x24 mono        40x12 16          40x12 256         40x12 truecolor
watch    150x45 256        100x30 16         80x24 truecolor   40x12 mono        40x12 16          40x12 256
"""
"""A line for each face, in it size and depth for each state."""
KEYS = {"stale": ["o"], "paused": ["space", *["h"] * 14, "u", "f"], "replay": ["l"] * 6}
"""What is pressed in a view."""
KEYS_OF_TABLE = {"live": ["s", "s", "s", "down"], "paused": ["space", "S"]}


class Screen(NamedTuple):
    """What is on a picture."""

    face: str
    state: str
    size: str
    depth: str


def screens() -> list[Screen]:
    out = []
    for line in GRID.strip().splitlines():
        face, *cells = line.split()
        out += [Screen(face, *one) for one in zip(STATES, cells[::2], cells[1::2], strict=True)]
    return out


def test_any_two_of_face_state_size_and_depth_meet() -> None:
    rows = screens()
    assert len(rows) == 36
    for one, other in combinations(range(4), 2):
        every = (FACES, STATES, SIZES, DEPTHS)
        assert {(row[one], row[other]) for row in rows} == set(product(every[one], every[other]))


def test_every_face_is_seen_at_every_size_with_something_in_it() -> None:
    assert {(row.face, row.size) for row in screens() if row.state != "empty"} == set(product(FACES, SIZES))


@pytest.fixture(scope="module")
def whole(view: View) -> View:
    """A View with everything the views show."""
    return with_history(with_cascade(view, 0.6, 0.35))


@pytest.mark.parametrize("screen", screens(), ids="-".join)
async def test_picture(whole: View, screen: Screen) -> None:
    table = screen.face == "watch"
    source = source_of_table(screen.state) if table else source_of_view(screen.state, whole)
    names = table_scene.NAMES if table else (PERPETUAL.name,)
    app = make_app(source, instruments=names, table=table, color=screen.depth)
    width, height = map(int, screen.size.split("x"))
    async with app.run_test(size=(width, height)) as pilot:
        await until(lambda: app.source is not None)
        turns = [] if table else ["m"] * VIEWS.index(screen.face)
        await press_at_once(pilot, *turns, *(KEYS_OF_TABLE if table else KEYS).get(screen.state, ()))
        compare(f"matrix/{'-'.join(screen)}", await photograph(pilot))


def source_of_view(state: str, view: View) -> FakeSource:
    """A source of that one instrument in one of the states a trader meets."""
    match state:
        case "replay":
            return FakeReplay({PERPETUAL.name: view})
        case "stale":
            view = replace(view, health=health(NOW, FeedState.STALE))
        case "disconnected":
            view = replace(view, health=health(NOW, FeedState.REFUSED, "connection reset"))
        case "empty":
            loading = BackfillView(43, 120, "1H", False, "", NOW - 3 * HOUR)
            view = named(replace(view, health=health(NOW, FeedState.LIVE, backfill=loading)), "empty")
    source = FakeSource({PERPETUAL.name: view})
    source.now_ns += {"stale": 40, "disconnected": 5}.get(state, 0) * SECOND
    return source


def source_of_table(state: str) -> FakeSource:
    """A source of the table's rows in one of the states a trader meets."""
    known = table_scene.rows()
    match state:
        case "replay":
            return table_scene.replayed(known)
        case "stale" | "disconnected":
            ago = {"stale": 40, "disconnected": 130}[state] * SECOND
            known = {name: replace(row, mark=Figure(row.mark.value, NOW - ago), stale=True)
                     for name, row in known.items() if row.mark is not None}
            told = (FeedState.STALE, "") if state == "stale" else (FeedState.REFUSED, "connection reset")
            return table_scene.source_of(known, *told)
        case "empty":
            source = table_scene.source_of({}, FeedState.CONNECTING)
            source.catalogue, source.awaited = Catalogue(), ("okx",)
            return source
    return table_scene.source_of(known)
