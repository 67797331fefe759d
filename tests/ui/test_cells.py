"""Symbols of any script keep every row as wide as it should be, and bring nothing that moves the cursor."""

import unicodedata
from dataclasses import replace

import pytest
from msgspec import structs
from rich.cells import cell_len

from liqtui.instruments import ExpiredInstrumentError
from liqtui.ui import words
from liqtui.ui.cells import _NARROW, cells, clip, cut, fill, plain
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look, to_ascii
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.panels import panel, search_lines
from liqtui.ui.rows import strip_of
from liqtui.ui.splash import Waiting, splash
from liqtui.ui.state import PaneState
from liqtui.ui.theme import load_theme, shipped_folder
from liqtui.view import Basis, View

from .conftest import make_app, text_of, until
from .factory import NOW, PERPETUAL, FakeSource, instrument

OX = structs.replace(instrument("牛来-USDT-SWAP", venue="binance"), symbol="牛来USDT")
"""Listed on Binance in 2026."""
NAMES = (OX.symbol, "ＢＴＣ-USDT", "ΩMEGA-USDT", "A" * 60, "龍" * 40, "1000PEPEUSDT")
HOSTILE = (
    ("BTC\x1b[2J\x1b]0;gone\x07USDT", "BTC[2J]0;goneUSDT"),  # would clear the screen and name the window
    ("BTC\u202eTDSU\u202c", "BTCTDSU"),  # would be read from right to left
    ("BTC\u2066USDT\u2069", "BTCUSDT"),
    ("BTC\u200b\u200d\ufeffUSDT", "BTCUSDT"),  # would be no `BTCUSDT` to whoever compares
    ("BTC\r\nUSDT\x00\x7f\x9b", "BTCUSDT"),
    ("B\u0335T\ufe0fC\u20dd", "BTC"),  # struck through, in a circle
    ("בטקוין", "??????"),
    ("🚀USDT", "?USDT"),
    ("\u1112\u1161\u11ab\u3164", "한?"),  # parts of a syllable, and a letter that shows nothing
)


@pytest.mark.parametrize(("text", "harmless"), HOSTILE)
def test_what_could_move_the_cursor_is_taken_out(text: str, harmless: str) -> None:
    assert plain(text) == harmless
    assert cell_len(harmless) == cells(harmless)


def test_whatever_is_shown_is_as_wide_as_it_is_counted() -> None:
    """Every character there is, against the table the screen's library draws by."""
    shown = [c for code in (*range(0x10000), *range(0x10000, 0x110000, 7)) if (c := plain(chr(code)))]
    assert [hex(ord(c[0])) for c in shown if cell_len(c) != cells(c)] == []
    assert not [c for c in shown if unicodedata.category(c[0])[0] in "CM"]


def test_signs_are_never_cut_in_half() -> None:
    assert (cells("牛来USDT"), cut("牛来USDT", 3), cut("牛来USDT", 4)) == (8, "牛", "牛来")
    assert [clip("牛来USDT", width) for width in (0, 1, 2, 3, 4, 8)] == ["", "…", "…", "牛…", "牛…", "牛来USDT"]
    assert [fill("牛来", width) for width in (3, 4, 6)] == ["牛…", "牛来", "牛来  "]
    assert words.wrap("牛来 USDT", 6) == ["牛来", "USDT"]
    assert to_ascii("牛来│") == "????|"


def test_half_a_sign_on_the_grid_is_a_blank(look: Look) -> None:
    grid = Grid(6, 1, look)
    assert grid.text(0, 1, "牛来", look.text) == 5
    assert grid.strings() == [" 牛来 "]
    grid.text(0, 2, "ab", look.text)
    assert grid.strings() == ["  ab  "]
    grid.text(0, 5, "牛", look.text)
    grid.text(0, -1, "来", look.text)
    assert grid.strings() == ["  ab  "]


@pytest.fixture(params=[False, True], ids=["unicode", "ascii"])
def any_look(request: pytest.FixtureRequest) -> Look:
    return Look(load_theme(shipped_folder() / "dark.toml"), Depth.ANSI256, ascii_only=request.param)


@pytest.mark.parametrize("symbol", NAMES)
def test_every_row_of_the_search_is_as_wide_as_its_frame(symbol: str, any_look: Look) -> None:
    found = [structs.replace(PERPETUAL, symbol=symbol, venue=venue) for venue in ("okx", "hyperliquid", "gate")]
    for width in (40, 78, 96):
        lines = search_lines(symbol, [*found, OX], 1, {}, NOW, (width - 4, 8), any_look)
        rows = panel(f"search {symbol}", lines, width, any_look)
        assert {strip_of(row).cell_length for row in rows} == {width}
        assert {cell_len("".join(text for text, _ in row)) for row in rows} == {width}


@pytest.mark.parametrize("symbol", NAMES)
def test_every_row_of_the_pane_is_as_wide_as_the_pane(symbol: str, any_look: Look, view: View) -> None:
    """Header, map, side column with its bases, a notice in the footer line."""
    named = structs.replace(OX, symbol=symbol, quote="ＵＳＤＴ", inverse=True)
    bases = (Basis(named, 60_000.0, 0.0002, None, None), *view.figures.basis)
    shown = replace(view, instrument=named, figures=replace(view.figures, basis=bases))
    state = PaneState("binance:" + symbol)
    state.notice = f"{symbol} has expired; enter opens {symbol}"
    for size in ((150, 44), (100, 29), (80, 23), (40, 9)):
        grid = Painter().paint(shown, state, size, any_look, Moment(NOW, "live"), 0)
        lines = grid.strings()
        assert {cell_len(line) for line in lines} == {size[0]}
        assert any(cut(symbol, 4) in line for line in lines) or any_look.ascii_only
        assert {strip_of(row).cell_length for row in grid.rows()} == {size[0]}


@pytest.mark.parametrize("symbol", [*NAMES, *(text for text, _ in HOSTILE)])
def test_every_row_of_the_splash_is_as_wide_as_the_screen(symbol: str, any_look: Look) -> None:
    trouble = str(ExpiredInstrumentError(symbol, None, f"binance:{symbol}"))
    for width in (44, 80):
        rows = splash(width, 20, any_look, Waiting(f"binance:{symbol}", "live", NOW, None, trouble))
        rows += splash(width, 20, any_look.among(focused=True), Waiting(f"binance:{symbol}", "demo", NOW))
        assert {cell_len("".join(text for text, _ in row)) for row in rows} == {width}
        assert "".join(text for row in rows for text, _ in row).isprintable()


async def test_an_ox_on_the_screen(view: View) -> None:
    """Searched for by its name, opened, and shown with both its signs."""
    source = FakeSource({OX.name: replace(view, instrument=OX)}, instruments=(PERPETUAL, OX))
    app = make_app(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press("/", "牛")
        await until(lambda: any("▸ 牛来USDT" in line for line in text_of(app)))
        assert {cell_len(line) for line in text_of(app)} == {100}
        await pilot.press("enter")
        await until(lambda: text_of(app)[0].startswith(" 牛来USDT  "))
        assert {cell_len(line) for line in text_of(app)} == {100}


def test_what_is_taken_for_narrow_unseen_is_narrow() -> None:
    signs = [chr(code) for code in range(0x3000) if _NARROW(chr(code))]
    assert len(signs) > 1_500
    assert {unicodedata.east_asian_width(sign) for sign in signs} <= {"N", "Na", "A", "H"}
