"""A live session begins with the ladder an earlier one saved; a demo neither reads nor writes any."""

import json
import time
from pathlib import Path

import pytest

from liqtui import export
from liqtui.config import Config
from liqtui.engine.learner import Learner
from liqtui.feeds.ladders import Kept, LadderFiles, ladder_folder
from liqtui.liqmap.ladder import leverages
from liqtui.session import Session, open_live
from liqtui.sim.process import running
from liqtui.venues.base import VenueSettings
from liqtui.view import View

SYMBOL = "BTC-USDT-SWAP"
NAME = f"okx:{SYMBOL}"
LEARNED_NS = 1_700_000_040 * 10**9


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("STATE", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{folder}_HOME", str(tmp_path / folder))


def saved() -> Kept:
    learner = Learner(leverages(100.0), thinned=True)
    learner.learned_ns = LEARNED_NS
    return Kept(learner.saved(SYMBOL), "BTC-USDT", True, 0.0)


def first(session: Session) -> View:
    """The first View with a ladder."""
    try:
        session.watch(NAME)
        give_up = time.monotonic() + 10.0
        while (view := session.view(NAME)) is None or view.ladder is None:
            assert time.monotonic() < give_up
            time.sleep(0.02)
        return view
    finally:
        session.close()


def test_a_live_session_takes_up_what_was_saved_and_a_demo_does_not() -> None:
    files = LadderFiles(ladder_folder())
    files.save("okx", [saved()])
    before = (files.folder / "okx.json").read_bytes()
    with running(seed=5) as found:
        there = {"okx": VenueSettings(ws_url=found["okx"].ws, rest_url=found["okx"].rest)}
        live = first(open_live(Config(), venue_settings_override=there))
        demo = first(open_live(Config(), venue_settings_override=there, kind="demo"))
    assert live.ladder is not None
    assert live.ladder.learned_ns == LEARNED_NS
    told = json.loads(export.view_to_json_text(live))["ladder"]
    assert told["learned"] == "2023-11-14T22:14:00Z"
    assert demo.ladder is not None
    assert demo.ladder.learned_ns is None
    assert (files.folder / "okx.json").read_bytes() == before, "nothing new was learned: nothing is written"
