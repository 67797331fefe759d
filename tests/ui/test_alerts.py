"""Alerts on the screen: set with a few words, kept for the next start, rung once; and a command that is told."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from liqtui.alerts.book import AlertBook, Fired
from liqtui.alerts.rule import Alert, parse_alert
from liqtui.ui.alarm import Alarm, AlarmSettings, json_of, way_of
from liqtui.ui.alerted import Alerted
from liqtui.ui.alerting import AlertFile
from liqtui.ui.cells import plain
from liqtui.ui.options import UiOptions
from liqtui.view import Figure, View

from .conftest import make_app, text_of, until
from .factory import NOW, FakeSource

NAME = "okx:BTC-USDT-SWAP"
FIRED = Fired(1_700_000_000_250_000_000, NAME, parse_alert("price 60000"), "mark rose through 60,000", {"price": 60e3})


def shown(app: object) -> str:
    return "\n".join(text_of(app))  # type: ignore[arg-type]


def at(view: View, seconds: int, mark: float) -> View:
    now = NOW + seconds * 10**9
    return replace(view, time_ns=now, figures=replace(view.figures, mark=Figure(mark, now)))


async def test_an_alert_is_typed_set_kept_and_fires_when_the_price_gets_there(view: View, tmp_path: Path) -> None:
    source = FakeSource({NAME: at(view, 0, 60_000.0)})
    app = make_app(source, alert_file=tmp_path / "alerts.json")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press("a")
        await until(lambda: "no alert is set" in shown(app))
        await pilot.press("space")
        assert "near PERCENT" in shown(app), "nothing is typed yet: all kinds are offered"
        await pilot.press(*"price 6o", "enter")
        assert "price PRICE" in shown(app), "what is no number says how it is written"
        await pilot.press("ctrl+u", *"price 60,100", "enter")
        await until(lambda: "BTC-USDT-SWAP price 60100" in shown(app))
        await pilot.press("escape")
        source.views[NAME] = at(view, 1, 60_150.0)
        await until(lambda: "⚑ BTC-USDT-SWAP: mark rose through 60,100" in shown(app))
        await pilot.press("a")
        await until(lambda: "none has fired" not in shown(app))
    kept, trouble = AlertFile(tmp_path / "alerts.json").load()
    assert (kept, trouble) == ([Alert("price", (60_100.0,), NAME)], "")


@pytest.mark.parametrize(("typed", "price"), [("", 58_997.0), ("59,500", 59_500.0), ("59500.5", 59_500.5)])
async def test_a_number_alone_is_a_price_and_nothing_typed_is_that_of_the_cursor(
    view: View, typed: str, price: float
) -> None:
    app = make_app(FakeSource({NAME: view}))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.axis is not None)
        app.pane._point(58_997.2)
        await pilot.press("a")
        await until(lambda: "price 58997, at the cursor" in shown(app))
        await pilot.press(*typed, "enter")
        await until(lambda: f"▸ {NAME} price {price:.10g} " in shown(app))


async def test_one_is_taken_away_and_those_of_the_configuration_stay(view: View, tmp_path: Path) -> None:
    file = tmp_path / "alerts.json"
    AlertFile(file).save([parse_alert("near 0.5")])
    app = make_app(FakeSource({NAME: view}), alert_file=file, alerts=(parse_alert("stale 15"),))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press("a", "delete")
        await until(lambda: "take it out there" in shown(app))
        await pilot.press("down", "delete")
        await until(lambda: "near 0.5 50" not in shown(app))
        assert "stale 15" in shown(app)
    assert AlertFile(file).load() == ([], "")


def test_the_words_of_an_alert_keep_the_sign_of_the_side(view: View) -> None:
    book = AlertBook([parse_alert("near 50 1")])
    [fired] = book.look(view)
    assert "% from the ▲ S cluster at" in fired.words or "% from the ▼ L cluster at" in fired.words
    assert plain(fired.words) == fired.words


def test_what_has_fired_does_not_fire_anew_when_something_else_of_the_configuration_changes(view: View) -> None:
    crossed = UiOptions(alerts=(parse_alert("imbalance 0.51"),), alarm=AlarmSettings(bell=False))
    alerted = Alerted(crossed, lambda _: None, lambda _: None)
    source = FakeSource({NAME: replace(view, figures=replace(view.figures, imbalance=0.6))})
    assert len(alerted.look(source, [NAME])) == 1
    alerted.renew(replace(crossed, theme="light", alerts=(*crossed.alerts, parse_alert("stale 15"))))
    source.views[NAME] = replace(source.views[NAME], time_ns=source.views[NAME].time_ns + 10**9)
    assert alerted.look(source, [NAME]) == []
    assert [str(alert) for alert in alerted._book.alerts] == ["imbalance 0.51", "stale 15"]


async def test_of_a_command_that_fails_all_day_the_last_complaints_are_kept(source: FakeSource) -> None:
    app = make_app(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.source is not None)
        for at in range(500):
            app._complain(f"complaint {at}")
        await pilot.press("!", *["pagedown"] * 9)
        await until(lambda: "complaint 499" in shown(app))
        assert len(app._troubles) == 100


async def test_letters_go_into_the_field_and_escape_closes_it(source: FakeSource) -> None:
    app = make_app(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press("a", *"q/?a")
        await until(lambda: "q/?a" in shown(app))
        await pilot.press("escape")
        await until(lambda: "q/?a" not in shown(app))
        assert app.is_running


def test_a_file_that_is_broken_is_said_and_no_alert_of_it_counts(tmp_path: Path) -> None:
    file = tmp_path / "alerts.json"
    file.write_text('["near"]')
    alerts, trouble = AlertFile(file).load()
    assert alerts == []
    assert str(file) in trouble
    assert "near PERCENT" in trouble
    broken = AlertFile(file)
    assert (broken.load()[0], broken.save([parse_alert("stale 15")])) == ([], "")
    assert (tmp_path / "alerts.broken").read_text() == '["near"]', "one alert that is none now loses no other"
    assert AlertFile(tmp_path / "none.json").load() == ([], "")


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-kitty"}, "osc9"), ({"TERM_PROGRAM": "WezTerm", "TERM": "xterm-256color"}, "osc9"),
        ({"TERM": "foot"}, "osc777"), ({"TERM": "xterm-256color"}, "off"), ({}, "off"),
    ],
)
def test_a_notification_goes_the_way_the_terminal_knows(environ: dict[str, str], way: str) -> None:
    assert way_of(environ) == way


def test_the_bell_rings_once_for_all_and_the_words_cannot_end_the_sequence() -> None:
    wrote: list[str] = []
    hostile = replace(FIRED, words="a;b\x1b\\c\ad")
    Alarm(AlarmSettings(notify="osc777"), {}, wrote.append, wrote.append).ring([FIRED, hostile])
    [sequence] = wrote
    assert sequence.startswith("\a\x1b]777;notify;liqtui;okx:BTC-USDT-SWAP: mark rose through 60,000\a")
    assert sequence.count("\x1b") == 2
    assert sequence.count(";") == 6, "two notifications of three each"
    quiet: list[str] = []
    Alarm(AlarmSettings(bell=False), {}, quiet.append, quiet.append).ring([FIRED])
    assert quiet == []


def test_in_tmux_the_sequence_is_passed_through() -> None:
    wrote: list[str] = []
    Alarm(AlarmSettings(bell=False, notify="osc9"), {"TMUX": "x"}, wrote.append, wrote.append).ring([FIRED])
    assert wrote == ["\x1bPtmux;\x1b\x1b]9;okx:BTC-USDT-SWAP: mark rose through 60,000\a\x1b\\"]


def test_a_command_is_told_in_json_without_a_shell(tmp_path: Path) -> None:
    told, troubles = tmp_path / "told $(touch no)", list[str]()
    script = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    settings = AlarmSettings(bell=False, command=(sys.executable, "-c", script, str(told)))
    Alarm(settings, {}, troubles.append, troubles.append).ring([FIRED])
    give_up = time.monotonic() + 10.0
    while not (told.exists() and told.read_text().endswith("\n")) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert told.read_text() == json_of(FIRED)
    assert json.loads(told.read_text()) == {
        "schema": "liqtui.alert/1", "time": "2023-11-14T22:13:20.250+00:00", "instrument": NAME,
        "alert": "price 60000", "kind": "price", "words": "mark rose through 60,000", "data": {"price": 60_000.0},
    }
    assert troubles == []


@pytest.mark.parametrize(
    ("command", "said"),
    [(("/nowhere/at/all",), "No such file"), ((sys.executable, "-c", "raise SystemExit('full')"), "full")],
)
def test_a_command_that_fails_is_said(command: tuple[str, ...], said: str) -> None:
    troubles: list[str] = []
    Alarm(AlarmSettings(bell=False, command=command), {}, troubles.append, troubles.append).ring([FIRED])
    give_up = time.monotonic() + 10.0
    while not troubles and time.monotonic() < give_up:
        time.sleep(0.02)
    assert said in troubles[0]
