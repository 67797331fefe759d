"""Real frames beside this repository, for the tests of any venue."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from liqtui.instruments import Instrument
from liqtui.venues.base import Venue

FRAMES = Path(__file__).parents[3] / "shared" / "frames"

needs_frames = pytest.mark.skipif(not FRAMES.is_dir(), reason="the recorded frames are not beside this repository")

NOW = 1_800_000_000_000_000_000
"""A receive time after everything recorded and made up here."""


def historical(name: str) -> list[str]:
    """Single frames of many years; some files wrap them with the time they came."""
    lines = [line for line in (FRAMES / "historical" / f"{name}.jsonl").read_text().splitlines() if line.strip()]
    wrapped = [json.loads(line).get("message") for line in lines]
    return [line if inner is None else json.dumps(inner) for line, inner in zip(lines, wrapped, strict=True)]


def recent(venue: str) -> list[str]:
    """Frames of 2025 and 2026."""
    lines = map(json.loads, (FRAMES / "recent" / "frames.jsonl").read_text().splitlines())
    return [line["raw"] for line in lines if line["venue"] == venue]


def stamped(name: str) -> list[tuple[int, str]]:
    """A packed recording: (received at, frame)."""
    with gzip.open(FRAMES / "hftbacktest" / f"{name}.gz", "rt") as lines:
        return [(int(ns), raw) for ns, raw in (line.rstrip("\n").split(" ", 1) for line in lines)]


def kinds(venue: Venue, frames: Iterable[str], listed: Mapping[str, Instrument]) -> Counter[str]:
    """Event kinds of `frames`; a frame without events counts as `nothing`."""
    counted: Counter[str] = Counter()
    for frame in frames:
        events = venue.decode(frame, NOW, listed)
        counted.update(type(event).__name__ for event in events)
        counted["nothing"] += not events
    return +counted
