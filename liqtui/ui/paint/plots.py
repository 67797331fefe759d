"""The one module that knows plotext: a line through points, as text. Loaded once the source is open."""

from functools import lru_cache

import plotext  # type: ignore[import-untyped]

FINE, PLAIN = "hd", "*"
"""Markers: four dots a cell, in quadrants; one a cell, which any terminal has."""
_SIDES = (0, 1)


@lru_cache(maxsize=64)
def line(
    across: tuple[int, ...], up: tuple[int, ...], breaks: tuple[int, ...], size: tuple[int, int], *, ascii_only: bool
) -> tuple[str, ...]:
    """A line through points, as `size` (columns, rows) of text with blanks around it; what was drawn is remembered.

    Args:
        across: the points' half columns, ascending, 0 … 2·columns − 1.
        up: their half rows, from the lowest.
        breaks: points that are not joined to the one before.
        size: in cells.
        ascii_only: for terminals that have no blocks.
    """
    width, height = size
    plotext.terminal.limit(False, False)  # it would cut what is larger than the terminal it believes to be in
    figure = plotext.figure
    figure.clear.all()
    figure.plot_size(width, height)
    figure.axes(False)
    figure.canvas("default")
    for axis in _SIDES:
        for side in _SIDES:
            figure.ruler(axis, side).frequency(0)
    figure.ruler(0, 0).lim(0, 2 * width - 1)
    figure.ruler(1, 0).lim(0, 2 * height - 1)
    signal = figure.signal(list(across), list(up), marker=PLAIN if ascii_only else FINE)
    signal.lines(True)
    for point in breaks:
        signal.line(point, False)
    figure.draw(signal)
    text: str = figure.build().string(True)
    rows = text.split("\n")[:height]
    return (*(row.ljust(width)[:width] for row in rows), *[" " * width] * (height - len(rows)))
