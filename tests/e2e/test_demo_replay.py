"""A recording of the demo, live again: the same map byte for byte, live, at speed 1 and at full speed."""

import asyncio
import math
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from liqtui.engine import Engine
from liqtui.engine.learner import Learner
from liqtui.events import Event, Learned
from liqtui.feeds.feeds import Feeds
from liqtui.feeds.reader import open_recording
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.replay import Replayer, replay_all
from liqtui.instruments import parse_name
from liqtui.liqmap.ladder import leverages
from liqtui.session import open_replay
from liqtui.sim.process import running
from liqtui.venues import load
from liqtui.venues.base import Venue, VenueSettings

NAME = "okx:BTC-USDT-SWAP"
STATES = 20
"""Four a second, fewer while history comes in: five or six seconds, more on a busy machine."""
LEARNED_NS = 1_700_000_040 * 10**9


def learned() -> Learned:
    """A ladder that an earlier run has learned, unlike the prior: everyone at 20×."""
    learner, swept = Learner(leverages(100.0), thinned=True), np.full((3, 2, 24), 10.0)
    swept[:, :, 14] = 100.0
    for _ in range(50):
        learner.ladders.learn(swept, np.array([30.0, 30.0]), 60.0)
    learner.learned_ns = LEARNED_NS
    return learner.saved("BTC-USDT-SWAP")


class Witness:
    """An engine that notes the whole state of one instrument's map at every boundary it worked."""

    def __init__(self, venues: list[Venue]) -> None:
        self.engine = Engine(venues)
        self.states: dict[int, bytes] = {}

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        self.advance(recv_ns)  # as a session does: a boundary is noted before what came after it
        self.engine.take(venue, recv_ns, events)

    def advance(self, now_ns: int) -> None:
        self.engine.advance(now_ns)
        self._note()

    def _note(self) -> None:
        pipeline = self.engine.pipeline(NAME)
        if not self.engine.stepped or pipeline is None or pipeline.estimate.stock is None:
            return
        self.engine.publish()
        view = self.engine.view(NAME)
        if view is None or view.map is None:
            return
        state = pipeline.estimate.stock.state_bytes() + view.map.mass.tobytes() + repr(view.clusters).encode()
        state += repr((view.zones, view.pace, view.jumps, view.health.reliability)).encode()
        assert view.ladder is not None
        assert view.ladder.learned_ns is not None
        assert view.ladder.learned_ns >= LEARNED_NS
        state += view.ladder.mean.tobytes() + view.ladder.high.tobytes() + repr(view.map.undrawn).encode()
        self.states[view.time_ns] = state + repr([s.time_ns for s in view.snapshots]).encode()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Witness]:
    """Some seconds of the simulated exchange through the real feeds, begun with a learned ladder: the file, and what
    the engine saw live."""
    path = tmp_path_factory.mktemp("recording") / "demo.jsonl.gz"
    with running(seed=7) as there:
        exchange = there["okx"]
        okx = load("okx", VenueSettings(ws_url=exchange.ws, rest_url=exchange.rest))
        witness, recorder = Witness([okx]), Recorder(path)
        feeds = Feeds(
            witness, recorder=recorder, start_of=lambda _: [learned()], busy=lambda: witness.engine.busy
        )
        feeds.open(lambda: okx)
        thread = threading.Thread(target=asyncio.run, args=(feeds.run(),))
        thread.start()
        give_up = time.monotonic() + 60
        while (found := witness.engine.catalogue.get("okx", "BTC-USDT-SWAP")) is None and time.monotonic() < give_up:
            time.sleep(0.02)
        assert found is not None
        feeds.watch(found)
        while len(witness.states) < STATES and time.monotonic() < give_up:
            time.sleep(0.05)
        feeds.close()
        thread.join()
        recorder.close()
    return path, witness


def assert_same(live: Witness, replayed: Witness) -> None:
    common = live.states.keys() & replayed.states.keys()
    assert len(common) > STATES - 5
    assert [t for t in sorted(common) if live.states[t] != replayed.states[t]] == []
    assert max(replayed.states) >= max(live.states) - 10**9


def test_at_full_speed_the_map_is_the_one_seen_live(recorded: tuple[Path, Witness]) -> None:
    path, live = recorded
    venues = [load("okx")]
    again = Witness(venues)
    replay_all(open_recording(path, venues), venues, again)
    assert_same(live, again)


async def test_at_speed_one_the_map_is_the_one_seen_live(recorded: tuple[Path, Witness]) -> None:
    path, live = recorded
    venues = [load("okx")]
    again = Witness(venues)
    player = Replayer(open_recording(path, venues), venues, lambda: again, speed=1.0)
    playing = asyncio.create_task(player.run())
    began = time.monotonic()
    while not player.finished:
        await asyncio.sleep(0.05)
    took = time.monotonic() - began
    player.close()
    await playing
    assert took > (max(live.states) - min(live.states)) / 1e9 - 0.5
    assert_same(live, again)


def test_sought_back_and_forth_the_map_is_the_one_seen_live_and_never_goes_away(recorded: tuple[Path, Witness]) -> None:
    path, live = recorded
    times = sorted(live.states)
    session = open_replay(path, speed=math.inf)
    try:
        session.pause(True)
        for goal in (times[-4], times[-12], times[-8], times[-12]):
            shown = session.view(NAME)
            session.seek(goal)
            give_up = time.monotonic() + 30
            while (view := session.view(NAME)) is None or view.time_ns != goal:
                assert view is not None or shown is None, "on the way back what was shown stays"
                assert time.monotonic() < give_up
                time.sleep(0.005)
            assert view.map is not None
            assert view.map.mass.tobytes() in live.states[goal]
    finally:
        session.close()


def test_a_recording_that_cannot_be_read_any_more_says_so_over_what_was_shown(
    recorded: tuple[Path, Witness], tmp_path: Path
) -> None:
    path, live = recorded
    moved = Path(shutil.copy(path, tmp_path / "moved.jsonl.gz"))
    session = open_replay(moved, speed=math.inf)
    try:
        give_up = time.monotonic() + 30
        while (view := session.view(NAME)) is None or view.time_ns < max(live.states) - 10**9:
            assert time.monotonic() < give_up
            time.sleep(0.01)
        moved.unlink()
        session.seek(0)
        while not session.status().words:
            assert time.monotonic() < give_up
            time.sleep(0.01)
        assert session.status().words[0].startswith("internal error, the player's thread has stopped: FileNotFound")
        shown = session.view(NAME)
        assert shown is not None
        assert shown.health.words[0] == session.status().words[0]
    finally:
        session.close()


def test_the_recording_names_what_was_watched(recorded: tuple[Path, Witness]) -> None:
    path, _ = recorded
    assert open_recording(path, [load("okx")]).watched == (parse_name(NAME),)
