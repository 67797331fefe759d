"""A recording of the simulated exchange is scored as the running program scored itself, step by step."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liqtui.cli import main
from liqtui.engine import Engine
from liqtui.events import Follow, Listing
from liqtui.feeds.intake import Intake
from liqtui.feeds.reader import open_recording
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.records import RecordKind
from liqtui.feeds.replay import replay_all
from liqtui.instruments import Instrument
from liqtui.liqmap.score_maps import BASELINES, MODEL, PLACEBOS
from liqtui.liqmap.score_steps import NAMES, StepScore, Table
from liqtui.sim.faces._okx_rest import Rest
from liqtui.sim.faces.base import Topic
from liqtui.sim.faces.okx import Okx
from liqtui.sim.limiter import Window
from liqtui.sim.market import Market
from liqtui.sim.settings import STEP_NS, SimSettings
from liqtui.venues import load
from liqtui.venues.base import VenueSettings

START_NS = 1_791_547_140 * 10**9
"""2026-10-09 11:59 UTC, a minute before a step begins."""
MINUTES = 12
SYMBOLS = "BTC-USDT-SWAP", "ETH-USDT-SWAP"
KEYS = {"deviance", "deviance_without_top5", "spearman", "capture10", "lift", "gain", "ci"}
LATENCY_NS = 20_000_000
WS, REST = "ws://127.0.0.1:9/ws/v5/public", "http://127.0.0.1:9"


class Ear:
    """A client of the exchange: the text of every frame since it was last asked."""

    def __init__(self) -> None:
        self.path = ""
        self.topics: set[Topic] = set()
        self.requests: Window | None = None
        self.texts: list[str] = []

    def push(self, framed: bytes) -> None:
        head = {126: 4, 127: 10}.get(framed[1], 2)
        self.texts.append(framed[head:].decode())

    def answer(self, text: str) -> None:
        pass

    def hang_up(self, code: int, reason: str) -> None:
        pass

    def heard(self) -> list[str]:
        texts, self.texts = self.texts, []
        return texts


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[StepScore]]]:
    """Twelve minutes of the exchange as fast as it goes: the recording, and how the engine scored itself live."""
    path = tmp_path_factory.mktemp("recording") / "sim.jsonl.gz"
    venue = load("okx", VenueSettings(ws_url=WS, rest_url=REST))
    market = Market(SimSettings(seed=12, rate=115.0, step_ns=5 * STEP_NS, regime="crowd"), START_NS)
    rest, publisher, ear = Rest(market), Okx(market), Ear()
    steps: dict[str, list[StepScore]] = {}
    live = Engine([venue], judged=lambda instrument, step: steps.setdefault(instrument.symbol, []).append(step))
    recorder = Recorder(path)
    intake = Intake([venue], live, recorder, lambda: market.now_ns + LATENCY_NS)
    listed: dict[str, Instrument] = {}
    for number, request in enumerate(venue.listing_requests()):
        address, _, query = request.url.removeprefix(f"{REST}/api/v5/").partition("?")
        answer = rest.answer(address, dict(pair.split("=") for pair in query.split("&")), float(number))
        for event in intake.put(RecordKind.REPLY, "okx/rest", request.url, answer.body, answer.status):
            assert isinstance(event, Listing)
            listed |= {i.symbol: i for i in event.instruments}
    for symbol in SYMBOLS:
        intake.note("okx/1", Follow(symbol, True))
    for wanted in venue.subscriptions([listed[symbol] for symbol in SYMBOLS]):
        channel, name = wanted.request["channel"], next(reversed(wanted.request.values()))
        if channel in ("trades", "mark-price", "open-interest", "liquidation-orders"):
            publisher.add(ear, (channel, name))
            intake.put(RecordKind.RECV, "okx/1", WS, json.dumps({"event": "subscribe", "arg": wanted.request}))
    for _ in range(MINUTES * 120):
        publisher.deliver(publisher.frames(market.step()))
        for text in ear.heard():
            intake.put(RecordKind.RECV, "okx/1", WS, text)
        intake.advance()
    recorder.close()
    live.finish()
    return path, steps


def same(a: StepScore, b: StepScore) -> bool:
    return all(np.array_equal(np.asarray(x), np.asarray(y)) for x, y in zip(a, b, strict=True))


def test_replayed_every_step_is_scored_as_it_was_live(recorded: tuple[Path, dict[str, list[StepScore]]]) -> None:
    path, live = recorded
    venues = [load("okx")]
    again: dict[str, list[StepScore]] = {}
    engine = Engine(venues, judged=lambda instrument, step: again.setdefault(instrument.symbol, []).append(step))
    replay_all(open_recording(path, venues), venues, engine)
    engine.finish()
    for symbol in SYMBOLS:
        assert [step.reason for step in live[symbol]] == ["", ""]
        assert all(same(a, b) for a, b in zip(live[symbol], again[symbol], strict=True))
    table = Table.of(live[SYMBOLS[0]])
    assert table.events.sum() > 0
    assert table.means[-1, NAMES.index(MODEL)].any()


def scored(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main(["score", *words, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_command_scores_every_instrument_in_the_schema_of_bar_files(
    recorded: tuple[Path, dict[str, list[StepScore]]], capsys: pytest.CaptureFixture[str]
) -> None:
    path, live = recorded
    reports = scored(capsys, str(path))
    assert [report["instrument"] for report in reports] == [f"okx:{symbol}" for symbol in SYMBOLS]
    for report, symbol in zip(reports, SYMBOLS, strict=True):
        assert (report["schema"], report["source"], report["n_steps"]) == ("liqtui.score/1", path.name, 2)
        assert report["n_events"] == int(Table.of(live[symbol]).events.sum())
        assert set(report["sides"]) == {"long", "short", "both"}
        assert set(report["placebos"]) == set(PLACEBOS)
        for side in report["sides"].values():
            assert set(side) == {MODEL, *BASELINES}
            for entry in side.values():
                assert set(entry) == KEYS
        assert "nothing is claimed" in report["verdict"]
    assert scored(capsys, str(path), "--instrument", SYMBOLS[1]) == reports[1:]


def test_the_table_says_what_it_is_of_and_why_nothing_is_claimed(
    recorded: tuple[Path, dict[str, list[StepScore]]], capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = recorded
    assert main(["score", str(path), "--instrument", SYMBOLS[1]]) == 0
    out = capsys.readouterr().out
    for words in (path.name, f"okx:{SYMBOLS[1]}", "2 steps", "nothing is claimed", "not measured: every measure"):
        assert words in out
    assert "–" not in out, "what is not claimed is left out, not drawn as dashes"


def test_what_is_no_recording_and_what_is_not_in_it_is_refused(
    recorded: tuple[Path, dict[str, list[StepScore]]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, _ = recorded
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(path.read_bytes()[:9] + b"nothing that unpacks")
    for words, said in (
        ([str(broken)], "broken.jsonl.gz"), ([str(tmp_path)], "without a cryptofeed capture"),
        ([str(path), "--instrument", "DOGE-USDT-SWAP"], "DOGE"),
        ([str(path), "--instrument", "BTC-USDT-250627"], "BTC-USDT"),
    ):
        assert main(["score", *words]) == 2
        assert said in capsys.readouterr().err
