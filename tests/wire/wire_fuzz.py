"""Bytes no exchange ever sent, made from those it did."""

import json

from hypothesis import strategies as st

from liqtui.events import Event, Rejected

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def sound(events: list[Event]) -> None:
    """What a decoder may answer to anything: events, and words fit for a terminal."""
    assert all(isinstance(e, Event) for e in events)
    for event in events:
        if isinstance(event, Rejected):
            assert event.reason.isprintable()


@st.composite
def damaged(draw: st.DrawFn, frames: list[bytes]) -> bytes:
    """A frame with a few bytes changed, perhaps cut off."""
    frame = bytearray(draw(st.sampled_from(frames)))
    for _ in range(draw(st.integers(1, 3))):
        frame[draw(st.integers(0, len(frame) - 1))] = draw(st.integers(0, 255))
    return bytes(frame[: draw(st.integers(0, len(frame)) | st.just(len(frame)))])


@st.composite
def reworded(draw: st.DrawFn, frames: list[bytes]) -> bytes:
    """A frame in which one value, however deep, is any other."""
    frame = json.loads(draw(st.sampled_from(frames)))
    place = frame
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
            place[key] = draw(JSON)
            return json.dumps(frame).encode()
        place = place[key]


BRACKETS = (b"[" * 100_000, b'{"data":' * 100_000, b'{"result":' * 100_000)
