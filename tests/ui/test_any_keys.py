"""Keys in any order, faster than the screen follows, while the terminal is resized: what has the keys stays clear."""

import random

import pytest
from textual import events

from liqtui.ui.overlays import Overlay

from .conftest import make_app, until
from .factory import FakeSource

KEYS = (
    ("slash", "/"), ("question_mark", "?"), ("exclamation_mark", "!"), ("escape", None), ("enter", None), ("b", "b"),
    ("up", None), ("down", None), ("T", "T"), ("backspace", None), ("t", "t"), ("g", "g"), ("plus", "+"), ("o", "o"),
)
SIZES = ((20, 5), (39, 9), (80, 24), (120, 36))


@pytest.mark.parametrize("seed", range(12))
async def test_what_lies_over_has_the_keys_and_else_the_pane(source: FakeSource, seed: int) -> None:
    rng = random.Random(seed)
    app = make_app(source)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.source is not None)
        pressed = []
        for _ in range(15):
            for _ in range(rng.randint(1, 6)):
                key, character = rng.choice(KEYS)
                pressed.append(key)
                app.post_message(events.Key(key, character))
                if rng.random() < 0.3:
                    await pilot.pause(0)
            if rng.random() < 0.3:
                await pilot.resize_terminal(*rng.choice(SIZES))
            await pilot.pause(0)
            await pilot.pause(0.02)
            over = list(app.screen.query(Overlay))
            assert len(over) <= 1, pressed
            assert app.focused is (over[0] if over else app.pane), pressed
