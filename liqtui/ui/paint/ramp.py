"""The colours of a gradient from nothing to the density the brightest stands for, in the frame's lower edge."""

from liqtui.ui import words
from liqtui.ui.paint.scene import Scene

RAMP = 8
"""Cells of colour."""


def paint_ramp(scene: Scene, cap: float) -> None:
    """`cap`: the density of the brightest, told to 5 of the bars' 100, as both scales move. Nothing where the frame has
    no room beside its legend."""
    grid, layout, shown = scene.grid, scene.layout, scene.shown
    assert shown is not None
    most = words.relative(5 * round(cap / shown.full * 20)) if shown.full > 0 else "100"
    if scene.state.usd:
        most = words.usd_short(scene.view.instrument.quote_value(cap, shown.mark))
    look, row = grid.look, layout.height - 2
    x = layout.box - RAMP - len(most) - 7
    if not layout.framed or x < 3 or (grid.ch[row, x - 1 : layout.box - 2] != ord("─")).any():
        return
    grid.text(row, x, " 0 " + " " * RAMP + f" {most} ", look.muted)
    for cell in range(RAMP):
        step = (cell + 1) / RAMP
        if look.half_blocks:
            grid.text(row, x + 3 + cell, "█", look.heat[round(step * (len(look.heat) - 1))])
        else:
            shade = round(step * (len(look.shades) - 1))
            grid.text(row, x + 3 + cell, look.shades[shade], look.heat[min(shade, len(look.heat) - 1)])
