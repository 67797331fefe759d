"""Pictures of the screen, kept as text in `pictures/`. A change is looked at before it is taken: run once with
LIQTUI_TAKE_PICTURES=1, then read the difference.

A picture is the characters of each line, then for each line a checksum of its colours.
"""

import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from textual.pilot import Pilot

from .conftest import settle

PICTURES = Path(__file__).parent / "pictures"


async def photograph(pilot: Pilot[None]) -> str:
    """The whole screen, once all that was pressed is done."""
    await settle(pilot)
    strips = pilot.app.screen._compositor.render_strips()
    return written((strip.text for strip in strips), ([(s.text, s.style) for s in strip] for strip in strips))


def written(lines: Iterable[str], runs: Iterable[Sequence[tuple[str, object]]]) -> str:
    """The picture as it is kept: `lines`, and of each the runs of text with what they are drawn with."""
    sums = [zlib.crc32("|".join(f"{len(text)}{pen}" for text, pen in row).encode()) for row in runs]
    return "\n".join([*lines, "", *(f"{n:08x}" for n in sums), ""])


def compare(name: str, taken: str) -> None:
    kept = PICTURES / f"{name}.txt"
    if os.environ.get("LIQTUI_TAKE_PICTURES"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(taken, "utf-8")
    assert taken == kept.read_text("utf-8")
