"""Pictures of the watch table beyond the matrix: rows each in a state of its own, many, none; other themes, ASCII."""

from dataclasses import replace

import pytest

from liqtui.instruments import Catalogue
from liqtui.view import BackfillView, Figure

from .conftest import press_at_once
from .factory import NOW, SECOND, FakeSource
from .gallery import compare, photograph
from .table_scene import BTC, DOGE, NAMES, PEPE, SOL, crowd, listed, rows, source_of, watching

ASCII = {"LANG": "C", "TERM": "linux"}
STATES = ("mixed", "nothing-found", "demo", "crowd")


def source_in(state: str) -> FakeSource:
    """A source in one of the states a trader meets."""
    known = rows()
    if state == "crowd":
        return source_of(crowd(300))
    if state == "demo":
        return source_of(known, kind="demo")
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
    async with watching(source, size, **({"instruments": tuple(source.rows) or NAMES} | options)) as (_, pilot, _):
        await press_at_once(pilot, *keys)
        return await photograph(pilot)


@pytest.mark.parametrize("state", STATES)
async def test_picture_of_the_table_in_a_state(state: str) -> None:
    keys = ("slash", *"nothing") if state == "nothing-found" else ()
    instruments = (*NAMES, "okx:FOO-USDT-SWAP") if state == "mixed" else None
    options = {} if instruments is None else {"instruments": instruments}
    compare(f"table/{state}", await picture(source_in(state), (100, 20), keys, **options))


@pytest.mark.parametrize(("theme", "color"), [("light", "truecolor"), ("blue-orange", "256")])
async def test_picture_of_the_table_in_other_colours(theme: str, color: str) -> None:
    compare(f"table/{theme}-{color}", await picture(source_in("mixed"), (80, 12), theme=theme, color=color))


async def test_picture_of_the_table_in_ascii() -> None:
    taken = await picture(source_in("mixed"), (80, 12), ("s", "s"), environ=ASCII, color="auto")
    assert taken.isascii()
    compare("table/ascii", taken)
