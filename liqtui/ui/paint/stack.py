"""The bars of a sum parted by venue: who stands on whom, in shades of the side's colour, or in patterns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.ui.colour import DIM
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.bars import EIGHTHS
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Floats, Scale, gather
from liqtui.ui.paint.spans import width_of
from liqtui.ui.paint.venues import FRESH
from liqtui.ui.state import VENUES, PaneState
from liqtui.view import View

PATTERNS = "█░▓▒╱┃"
"""Where colours are too few, one per venue in turn; neighbours differ."""
HATCH = ord("▒")
"""What fades."""
FULL = 8
"""Eighths of a cell."""
LEAST = 0.005
"""A share below it rounds to nothing."""
SHORTEST = 3
"""Letters a venue's name keeps in the legend, at least."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One venue's part of the bars."""

    venue: str
    fades: int | None
    """Percent that still count, where that is not all."""
    mass: Floats
    """[column], both sides together, of all leverages."""


def stacked(view: View, state: PaneState) -> bool:
    """Whether the bars are to be parted by venue."""
    return state.laid_over == VENUES and any(part.mass is not None for part in view.parts)


def layers_of(view: View, scale: Scale) -> list[Layer]:
    """The venues in the sum, always in the order of their names, so that none changes its colour or place."""
    if view.map is None:
        return []
    mass: dict[str, Floats] = {}
    weight: dict[str, float] = {}
    for part in view.parts:
        if part.mass is not None:
            venue, own = part.instrument.venue, gather(part.mass, view.map.first_bin, 1, scale).sum(axis=0)
            mass[venue] = mass[venue] + own if venue in mass else own
            weight[venue] = min(part.weight, weight.get(venue, 1.0))
    return [
        Layer(venue, None if weight[venue] >= FRESH else round(weight[venue] * 100), mass[venue])
        for venue in sorted(mass)
    ]


def tops(layers: list[Layer], tall: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each layer ends [layer, column], in eighths: bars of `tall` eighths parted as all leverages are."""
    run = np.cumsum([layer.mass for layer in layers], axis=0)
    share = np.divide(run, run[-1], out=np.ones_like(run), where=run[-1] > 0)
    out: NDArray[np.int64] = np.rint(share * tall).astype(np.int64)
    return out


def paint_stack(
    grid: Grid, x: int, y: int, rows: int, layers: list[Layer], tall: NDArray[np.int64], longs: NDArray[np.bool_]
) -> None:
    """Bars of `tall` eighths on rows y … y+rows−1, the first layer at the bottom; a cell shows at most two of them."""
    ends = tops(layers, tall)
    begins = np.vstack([np.zeros_like(ends[:1]), ends[:-1]])
    floor = np.arange(rows - 1, -1, -1)[:, None] * FULL
    held = np.stack([
        np.clip(end - floor, 0, FULL) - np.clip(begin - floor, 0, FULL) for begin, end in zip(begins, ends, strict=True)
    ])
    filled, most = held.sum(axis=0), held.argmax(axis=0)
    rest = held.copy()
    np.put_along_axis(rest, most[None], 0, axis=0)
    second = rest.argmax(axis=0)
    two = (filled == FULL) & (rest.max(axis=0) > 0)
    low, high = np.minimum(most, second), np.maximum(most, second)
    below, above = (np.take_along_axis(held, at[None], axis=0)[0] for at in (low, high))
    edge = np.clip(np.rint(FULL * below / np.maximum(below + above, 1)), 1, FULL - 1).astype(np.int64)
    ink, whole, attr = _inks(grid.look, layers, longs), _wholes(grid.look, layers), _attributes(grid.look, layers)
    column = np.arange(len(tall))[None, :]
    area = np.s_[y : y + rows, x : x + len(tall)]
    fading = np.array([layer.fades is not None for layer in layers])
    two &= grid.look.half_blocks & ~fading[low] & ~fading[high]  # a hatched cell has no colour left for another
    grid.ch[area] = np.where(filled == FULL, np.where(two, EIGHTHS[edge], whole[most]), EIGHTHS[filled])
    grid.fg[area] = np.where(two, ink[low, column], ink[most, column])
    grid.bg[area] = np.where(two, ink[high, column], grid.bg[area])
    grid.attr[area] = np.where(filled > 0, attr[most], grid.attr[area])


def legend(layers: list[Layer], look: Look, width: int) -> Line:
    """`▀▀ binance  ▀▀ bybit fades 62 %  ▀▀ okx`: each after both its colours; shorter where it must be."""
    longest = max((len(layer.venue) for layer in layers), default=0)
    for letters, percents in ((longest, True), *((n, False) for n in range(longest, SHORTEST - 1, -1))):
        line: Line = []
        for at, layer in enumerate(layers):
            line += [("  ", look.muted, 0)] if line else []
            fading = f" fades {layer.fades} %" if layer.fades is not None and percents else ""
            ink = look.text if layer.fades is None else look.warn
            line += [*_key(at, layer, look), (f" {layer.venue[:letters]}{fading}", ink, 0)]
        if width_of(line) <= width:
            break
    return line


def shares_at(view: View, here: Scale, side: Side) -> tuple[tuple[str, float], ...]:
    """What each venue of a sum has of one side of one column, the largest first; those under one percent are left out.
    `here`: a scale of that column alone."""
    if view.map is None:
        return ()
    held: dict[str, float] = {}
    for part in view.parts:
        if part.mass is not None:
            own = float(gather(part.mass[side], view.map.first_bin, 1, here)[0])
            held[part.instrument.venue] = held.get(part.instrument.venue, 0.0) + own
    total = sum(held.values())
    told = [(venue, own / total) for venue, own in held.items() if total > 0.0 and own >= LEAST * total]
    return tuple(sorted(told, key=lambda one: -one[1]))


def stack_title(state: PaneState) -> str:
    """What the bars show; where one leverage was chosen, what they cannot show of it."""
    return "by venue" if state.leverage == 0 else "by venue (as all leverages are)"


def _key(at: int, layer: Layer, look: Look) -> Line:
    """The colours of a venue's longs and shorts, not touching the bars below; or its pattern."""
    if not look.half_blocks:
        return [(PATTERNS[at % len(PATTERNS)], look.text, DIM if layer.fades is not None else 0)]
    return [("▀", colours[at % len(colours)], 0) for colours in look.venues]


def _inks(look: Look, layers: list[Layer], longs: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Colour [layer, column]."""
    of_side = [[colours[at % len(colours)] for at in range(len(layers))] for colours in look.venues]
    long, short = (np.array(row, np.int16)[:, None] for row in of_side)
    return np.where(longs[None, :], long, short)


def _wholes(look: Look, layers: list[Layer]) -> NDArray[np.uint32]:
    """What a full cell of each layer is drawn with."""
    if not look.half_blocks:
        return np.array([ord(PATTERNS[at % len(PATTERNS)]) for at in range(len(layers))], np.uint32)
    return np.array([ord("█") if layer.fades is None else HATCH for layer in layers], np.uint32)


def _attributes(look: Look, layers: list[Layer]) -> NDArray[np.uint8]:
    faded = DIM if not look.half_blocks else 0
    return np.array([0 if layer.fades is None else faded for layer in layers], np.uint8)
