"""Export: what is shown as a file of its own or on the clipboard, and what is said when it cannot be."""

import base64
import csv
import errno
import io
import json
import os
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from liqtui.ui.clipboard import MOST, ClipboardError, copy, refusal
from liqtui.ui.colour import BOLD, DIM, REVERSE, Pen
from liqtui.ui.exporting import FORMS, Taken, write_new
from liqtui.ui.svg import Picture, svg_of
from liqtui.view import View

from .conftest import make_app, text_of, until
from .factory import FakeSource

SVG = "{http://www.w3.org/2000/svg}"
STEM = "okx-BTC-USDT-SWAP_20250522T100000Z"
"""The factory's View is of 2025-05-22 10:00 UTC."""


def shown(app: object) -> str:
    return "\n".join(text_of(app))  # type: ignore[arg-type]


def words_of(svg: str) -> list[str]:
    """The text of each line, at the cells it stands at."""
    lines = []
    for node in ET.fromstring(svg).iter(f"{SVG}text"):
        text, places = "".join(node.itertext()), [int(x) // 8 for x in node.attrib["x"].split()]
        assert len(text) == len(places)
        cells = [" "] * (places[-1] + 2)
        for place, char in zip(places, text, strict=True):
            cells[place] = char
        lines.append("".join(cells).rstrip())
    return lines


async def test_every_form_is_saved_under_a_name_of_its_own_and_the_screen_says_where(
    source: FakeSource, tmp_path: Path
) -> None:
    app = make_app(source, export_folder=tmp_path)
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.pause()
        before = text_of(app)
        for form, key in zip(FORMS, "cjslk", strict=True):
            await pilot.press("x", key)
            await until(lambda form=form: app.exports.last.startswith(f"saved {STEM}{form.ending}"))  # type: ignore[misc]
        await until(lambda: f"saved {STEM}_clusters.csv in {tmp_path}" in shown(app))
        await pilot.press("x", "c")
        await until(lambda: f"{STEM}_2.csv" in app.exports.last)
        await pilot.press("x")
        await until(lambda: f"saved {STEM}_2.csv" in shown(app))
        await pilot.press("q", "escape")
        assert app.is_running
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"{STEM}_2.csv", *(f"{STEM}{form.ending}" for form in FORMS)]
    )
    read = {form.name: (tmp_path / f"{STEM}{form.ending}").read_text("utf-8") for form in FORMS}
    assert json.loads(read["json"])["instrument"] == "okx:BTC-USDT-SWAP"
    assert read["csv"].startswith("price,long,short\n")
    assert read["ladder"].startswith("low,high,long,short,bids,asks,traded\n")
    assert read["clusters"].startswith("side,low,high,peak,")
    assert words_of(read["svg"])[:40] == [line.rstrip() for line in before[:40]], "what was on the screen"
    assert words_of(read["svg"])[-1].startswith(" / search  [ ] expiry"), "the pane's footer, not the chooser's"
    assert len(read["svg"].encode()) < 300_000


async def test_a_burst_of_keys_exports_once_and_the_rest_goes_to_the_pane(source: FakeSource, tmp_path: Path) -> None:
    app = make_app(source, export_folder=tmp_path, keys={"export.ladder": "d"})
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        for key in "xTdcum":
            app.post_message(events.Key(key, key))
        await until(lambda: (tmp_path / f"{STEM}_ladder.csv").exists())
        await until(lambda: app.pane.state.view == "heat")
        await pilot.press("x")
        await until(lambda: " d     L" in shown(app))
        assert (app.look.pair, app.pane.state.usd) == ("blue/orange", True)
        assert app.look.theme.name == "dark", "T is a letter of the chooser's, which has no use for it"
        assert [path.name for path in tmp_path.iterdir()] == [f"{STEM}_ladder.csv"]


async def test_a_capital_copies_what_is_in_the_picture(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote: list[str] = []
    app = make_app(source)
    monkeypatch.setattr(app, "_to_terminal", wrote.append)
    app.exports._write = wrote.append
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.axis is not None)
        await pilot.press("x", "C")
        await until(lambda: "to the clipboard, if the terminal allows it" in shown(app))
        axis = app.pane.axis
        assert axis is not None
    [sequence] = wrote
    body = re.fullmatch(r"\x1b]52;c;([A-Za-z0-9+/=]+)\x07", sequence)
    assert body is not None
    prices = [float(row["price"]) for row in csv.DictReader(io.StringIO(base64.b64decode(body[1]).decode()))]
    low, high = axis.scale.price(0), axis.scale.price(axis.scale.cells)
    assert low <= prices[0] < low * 1.0005
    assert high / 1.0005 < prices[-1] <= high


async def test_the_palette_exports_by_name(source: FakeSource, tmp_path: Path) -> None:
    app = make_app(source, export_folder=tmp_path, clipboard=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.press("colon", *"export svg", "enter")
        await until(lambda: (tmp_path / f"{STEM}.svg").exists())
        assert "commands" not in words_of((tmp_path / f"{STEM}.svg").read_text("utf-8"))[0]
        await pilot.press("colon", *"copy clus", "enter")
        await until(lambda: "clusters not copied: clipboard = false in the configuration" in shown(app))


async def test_what_cannot_be_written_is_said_and_counted_among_the_problems(
    source: FakeSource, tmp_path: Path
) -> None:
    missing = tmp_path / "gone"
    app = make_app(source, export_folder=missing)
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.press("x", "j")
        told = f"json not saved: {missing}: No such file or directory"
        await until(lambda: told in shown(app))
        await pilot.press("exclamation_mark")
        await until(lambda: "╭─ problems" in shown(app) and told in shown(app).partition("╭─ problems")[2])


@pytest.mark.parametrize(("table", "title"), [(False, "export · BTC-USDT-SWAP, okx"),
                                              (True, "export · watch table, list watch")])
async def test_without_a_map_only_the_screen_can_be_exported(tmp_path: Path, table: bool, title: str) -> None:
    app = make_app(FakeSource({}), export_folder=tmp_path, table=table)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press("x", "j")
        await until(lambda: title in shown(app))
        assert "JSON" not in shown(app)
        await pilot.press("s")
        await until(lambda: app.exports.last.startswith("saved"))
        await pilot.press("ctrl+f", "x")
        await until(lambda: "/ x" in shown(app))


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_new(tmp_path, "a", ".csv", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    (tmp_path / "a_2.csv").symlink_to(tmp_path / "elsewhere")
    assert write_new(tmp_path, "a", ".csv", "new") == tmp_path / "a_3.csv"
    assert (tmp_path / "a.csv").read_text() == "old"
    assert not (tmp_path / "elsewhere").exists()
    assert (tmp_path / "a_3.csv").read_text() == "new"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("okx:BTC-USDT-SWAP", "okx-BTC-USDT-SWAP_"), ("all:../../etc/x\n", "all-..-..-etc-x_"),
        ("binance:牛来USDT", "binance-USDT_"), ("deribit:BTC_USDC-PERPETUAL", "deribit-BTC_USDC-PERPETUAL_"),
    ],
)
def test_a_symbol_cannot_lead_out_of_the_folder(view: View, name: str, stem: str) -> None:
    taken = Taken(name, view.time_ns, view, None, Picture(1, 1, (), None, None, False))
    assert taken.stem == f"{stem}20250522T100000Z"


def one_run(text: str, pen: Pen) -> str:
    return svg_of(Picture(20, 2, ((2, 1, text, pen),), "#000000", "#ffffff", False), "a < b & c")


def test_a_picture_has_every_cell_in_its_colours() -> None:
    svg = one_run("▲ 5 & <x>", Pen("#35d08a", "#102030", BOLD))
    assert words_of(svg) == ["  ▲ 5 & <x>"]
    assert "fill:#35d08a;font-weight:bold" in svg
    assert '<path fill="#102030" d="M16 16h72v16h-72z"/>' in svg, "nine cells from the third, in the second line"
    assert ET.fromstring(svg).find(f"{SVG}title").text == "a < b & c"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "pen", "fill", "box"),
    [
        ("▀▀", Pen(196, None), "#ff0000", "M16 16h16v8h-16z"), ("▂", Pen(196, None), "#ff0000", "M16 28h8v4h-8z"),
        ("▌", Pen("#aabbcc", None), "#aabbcc", "M16 16h4v16h-4z"), (" ", Pen(196, 21, REVERSE), "#ff0000", "M16 16h8"),
        ("▗", Pen(196, None), "#ff0000", "M20 24h4v8h-4z"), ("█", Pen(None, None), "#ffffff", "M16 16h8v16h-8z"),
    ],
)
def test_bars_are_shapes_and_their_text_lies_over_them_unseen(text: str, pen: Pen, fill: str, box: str) -> None:
    svg = one_run(text, pen)
    assert f'<path fill="{fill}" d="{box}' in svg
    assert words_of(svg) == [f"  {text}".rstrip()]
    assert "fill-opacity:0" in svg or text == " "


def test_a_wide_sign_takes_two_cells_and_a_dim_ink_is_paled() -> None:
    svg = one_run("牛x", Pen("#ffffff", None, DIM))
    assert '<text y="28" x="16 32">' in svg
    assert "fill:#ffffff" not in svg


def test_a_hostile_text_cannot_end_the_file() -> None:
    assert words_of(one_run("a\x1b]52\x00</svg>", Pen(None, None))) == ["  a?]52?</svg>"]


def test_the_clipboard_is_asked_through_tmux_and_no_more_than_terminals_take() -> None:
    wrote: list[str] = []
    copy("héllo", "auto", {"TERM": "tmux-256color", "TMUX": "x"}, wrote.append)
    assert wrote == ["\x1bPtmux;\x1b\x1b]52;c;aMOpbGxv\a\x1b\\"]
    copy("x" * (MOST // 4 * 3), True, {}, wrote.append)
    with pytest.raises(ClipboardError, match="75 kB in base64 are more than the 75 kB"):
        copy("x" * (MOST // 4 * 3 + 1), True, {}, wrote.append)
    assert len(wrote) == 2


@pytest.mark.parametrize(
    ("wanted", "environ", "allowed"),
    [
        ("auto", {"TERM": "xterm-256color"}, True), ("auto", {"TERM": "linux"}, False), ("auto", {}, False),
        ("auto", {"TERM": "screen", "STY": "1.x"}, False), (True, {"TERM": "linux"}, True),
        (False, {"TERM": "xterm-kitty"}, False),
    ],
)
def test_where_the_clipboard_is_used(wanted: object, environ: dict[str, str], allowed: bool) -> None:
    assert (not refusal(wanted, environ)) is allowed  # type: ignore[arg-type]


async def test_settings_that_change_while_it_runs_hold_for_the_next_export(source: FakeSource, tmp_path: Path) -> None:
    app = make_app(source, export_folder=tmp_path / "gone")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        app.options = replace(app.options, export_folder=tmp_path)
        await pilot.press("x", "k")
        await until(lambda: (tmp_path / f"{STEM}_clusters.csv").exists())
