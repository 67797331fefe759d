"""A recording of several venues: what `once` says of the sum, of its parts, and of each venue by itself, agree."""

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liqtui import export
from liqtui.config import Config
from liqtui.liqmap.grid import WIDTH
from liqtui.liqmap.moved import moved
from liqtui.session import open_live, open_replay
from liqtui.sim.process import running
from liqtui.venues.base import VenueSettings
from liqtui.view import Source, View

SUM = "all:BTC-USDT-SWAP"
VENUES = "okx", "binance"
GRID = (21_000, 3_000)
"""Bins that hold every price of the market, e^10.5 to e^12."""


def whole(source: Source) -> View | None:
    view = source.view(SUM)
    joined = view is not None and view.parts and all(part.state == "live" for part in view.parts)
    return view if joined and view is not None and len(view.parts) + len(view.absent) >= len(VENUES) else None


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some seconds of simulated venues, with all of their history."""
    path = tmp_path_factory.mktemp("sum") / "sum.jsonl.gz"
    with running(7, venues=VENUES) as there:
        simulated = {name: VenueSettings(ws_url=at.ws, rest_url=at.rest) for name, at in there.items()}
        config = Config(sum=tuple(simulated))
        session = open_live(config, venue_settings_override=simulated, record_to=path, kind="demo")
        session.watch("all:BTC-USDT")
        give_up = time.monotonic() + 90.0
        while whole(session) is None:
            assert time.monotonic() < give_up, session.view(SUM)
            time.sleep(0.1)
        time.sleep(1.0)
        session.close()
    return path


def played(recording: Path) -> dict[str, dict[str, Any]]:
    """What `once --json --parts` says at the end of the recording, by name."""
    session = open_replay(recording, speed=math.inf)
    try:
        give_up = time.monotonic() + 90.0
        while not session.finished or session.view(SUM) is None:
            assert time.monotonic() < give_up
            time.sleep(0.05)
        names = [name for name in session.names if session.view(name) is not None]
        views = {name: view for name in names if (view := session.view(name)) is not None}
        return {name: json.loads(export.view_to_json_text(view, parts=True)) for name, view in views.items()}
    finally:
        session.close()


def on_grid(bins: dict[str, list[float]], side: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Sizes by bin of the whole market's grid; a bin is told by the middle of its log prices."""
    out = np.zeros(GRID[1], np.float32)
    for price, size in zip(bins["price"], bins[side], strict=True):
        out[round(math.log(price) / WIDTH - 0.5) - GRID[0]] = size
    return out


def test_the_parts_are_the_sum_and_each_part_is_its_venues_own_map_moved(
    recording: Path,
) -> None:
    own = played(recording)
    out = own[SUM]
    assert out["instrument"] == SUM
    summed = [row for row in out["venues"] if row["instrument"] is not None]
    assert len(summed) >= 2
    assert len(out["parts"]) == len(summed)
    for side in ("long", "short"):
        total = np.array(out["bins"][side])
        parts = np.array([part[side] for part in out["parts"]])
        assert np.abs(parts.sum(axis=0) - total).max() <= 1e-6 * total.max()
        for part, row in zip(out["parts"], summed, strict=True):
            alone = own[part["instrument"]]
            laid = moved(on_grid(alone["bins"], side), GRID[0], row["shift_bp"] / 1e4 / WIDTH, GRID)
            here = on_grid({"price": out["bins"]["price"], side: part[side]}, side)
            held = np.flatnonzero((here > 0) & (laid > 0))[2:-2]  # the two grids do not end at the same bins
            assert len(held) > 1_000
            assert np.abs(laid - here)[held].max() <= 1e-6 * here.max()
            assert alone["venues"][0]["open_interest"] == pytest.approx(row["open_interest"])
    assert out["open_interest"] == pytest.approx(sum(row["open_interest"] for row in summed))
