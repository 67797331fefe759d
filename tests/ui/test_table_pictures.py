"""Pictures of the watch table, kept as text in `pictures/`: sizes, states, depths of colour."""

import zlib
from dataclasses import replace

import pytest

from liqtui.events import FeedState
from liqtui.instruments import Catalogue
from liqtui.view import BackfillView, Figure

from .conftest import text_of
from .factory import NOW, SECOND, FakeSource
from .table_scene import BTC, DOGE, NAMES, PEPE, SOL, crowd, listed, replayed, rows, source_of, watching
from .test_snapshots import compare

SIZES = ((150, 45), (100, 30), (80, 24), (40, 12))
ASCII = {"LANG": "C", "TERM": "linux"}
STATES = ("mixed", "disconnected", "waiting", "empty", "paused", "replay", "demo", "crowd")


def source_in(state: str) -> FakeSource:
    """A source in one of the states a trader meets."""
    known = rows()
    if state == "crowd":
        return source_of(crowd(300))
    if state == "replay":
        return replayed(known)
    if state == "demo":
        return source_of(known, kind="demo")
    if state == "waiting":
        source = source_of({}, FeedState.CONNECTING)
        source.catalogue, source.awaited = Catalogue(), ("okx",)
        return source
    if state == "disconnected":
        old = Figure(60_000.0, NOW - 130 * SECOND)
        return source_of({name: replace(row, mark=old, stale=True) for name, row in known.items()},
                         FeedState.REFUSED, "connection reset")
    if state == "mixed":  # each row in a state of its own
        known[BTC] = replace(known[BTC], relative=True, open_interest_usd=None)
        known[SOL] = replace(known[SOL], strip=None, nearest=None, backfill=BackfillView(0, 1, "", False, "", None))
        known[PEPE] = replace(known[PEPE], stale=True, mark=Figure(0.0000123, NOW - 45 * SECOND))
        del known[DOGE]
    source = source_of(known)
    source.catalogue = Catalogue(listed())
    return source


async def picture(
    source: FakeSource, size: tuple[int, int], keys: tuple[str, ...] = (), **options: object
) -> str:
    async with watching(source, size, **({"instruments": tuple(source.rows) or NAMES} | options)) as (app, pilot, _):
        await pilot.press(*keys)
        await pilot.pause()
        text, strips = text_of(app), app.screen._compositor.render_strips()
    sums = [zlib.crc32("|".join(f"{len(s.text)}{s.style}" for s in strip).encode()) for strip in strips]
    return "\n".join([*text, "", *(f"{n:08x}" for n in sums), ""])


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_picture_of_the_table(size: tuple[int, int]) -> None:
    compare(f"table/live-{size[0]}x{size[1]}", await picture(source_in("live"), size, ("s", "s", "s", "down")))


@pytest.mark.parametrize("state", STATES)
async def test_picture_of_the_table_in_a_state(state: str) -> None:
    keys = ("space",) if state == "paused" else ("slash", *"nothing") if state == "empty" else ()
    instruments = (*NAMES, "okx:FOO-USDT-SWAP") if state == "mixed" else None
    options = {} if instruments is None else {"instruments": instruments}
    compare(f"table/{state}", await picture(source_in(state), (100, 20), keys, **options))


@pytest.mark.parametrize(("theme", "color"), [
    ("dark", "256"), ("dark", "16"), ("dark", "mono"), ("light", "truecolor"), ("blue-orange", "256")])
async def test_picture_of_the_table_in_other_colours(theme: str, color: str) -> None:
    compare(f"table/{theme}-{color}", await picture(source_in("mixed"), (80, 12), theme=theme, color=color))


async def test_picture_of_the_table_in_ascii() -> None:
    taken = await picture(source_in("mixed"), (80, 12), ("s", "s"), environ=ASCII, color="auto")
    assert taken.isascii()
    compare("table/ascii", taken)
