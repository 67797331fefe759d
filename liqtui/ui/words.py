"""Numbers, times and outside text as a person reads them on the screen. No clock, no numpy."""

import math

from liqtui.instruments import until as until
from liqtui.ui.cells import cells as cells
from liqtui.ui.cells import clip as clip
from liqtui.ui.cells import cut as cut
from liqtui.ui.cells import fill as fill
from liqtui.ui.cells import plain as plain

MINUS = "−"
_SECOND = 10**9
_AGES = ((86_400, "d"), (3_600, "h"), (60, "m"))
_MONEY = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
SHARP = 1e-6
MOST_DECIMALS = 12


def decimals_of(tick: float) -> int:
    """Digits after the point a price of this tick needs: 0.1 → 1, 0.25 → 2, 5 → 0."""
    if tick <= 0:
        return 2
    for digits in range(MOST_DECIMALS):
        scaled = tick * 10**digits
        if round(scaled) and abs(scaled - round(scaled)) < SHARP * scaled:
            return digits
    return MOST_DECIMALS


def price(value: float, decimals: int) -> str:
    """`60,012.4`."""
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def rough(value: float) -> str:
    """A price in as few figures as tell levels apart: `59,210`, `2,690.5`, `0.00001234`."""
    digits = 0 if value >= 10_000 else 1 if value >= 1000 else 2 if value >= 100 else 3 if value >= 10 else 4
    if 0 < value < 1:
        digits = 3 - math.floor(math.log10(value))
    return f"{value:,.{digits}f}"


def signed(value: float, digits: int = 2) -> str:
    """A signed number with a real minus; what rounds to nothing has no sign."""
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return f"{0:.{digits}f}"
    return text.replace("-", MINUS)


def percent(fraction: float, digits: int = 2) -> str:
    """A fraction as signed percent: `+1.24 %`."""
    return f"{signed(fraction * 100, digits)} %"


def amount(value: float) -> str:
    """Three figures and a letter: `8.41B`, `412k`, `0.85`."""
    size = abs(value)
    for unit, letter in _MONEY:
        if size >= unit * 0.9995:
            return _three(value / unit) + letter
    return _three(value)


def usd(value: float) -> str:
    """Dollars: `$8.41B`."""
    return f"{MINUS if value < 0 else ''}${amount(abs(value))}"


def coarse(value: float) -> str:
    """One figure, two where the first is a 1: as much as an uncertainty is known to, and calm: `40`, `12`, `0.8`."""
    if value <= 0:
        return "0"
    digits = -math.floor(math.log10(value))
    first = round(value, digits)
    digits = -math.floor(math.log10(first))  # 0.97 is 1.0
    if first < 2 * 10**-digits:
        digits += 1
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def distance(percent: float) -> str:
    """A distance in percent, to a hundredth within one percent and to a tenth beyond: with every tick of the price only
    what is near changes."""
    return f"{signed(percent, 2 if abs(percent) < 0.995 else 1)} %"


def beside(value: float, relative: float) -> str:
    """The uncertainty of an amount in the amount's own unit: `40` beside `$212M`."""
    unit = next((unit for unit, _ in _MONEY if abs(value) >= unit * 0.9995), 1.0)
    return coarse(abs(value) / unit * relative)


def usd_short(value: float) -> str:
    """Dollars in at most five cells: `$7.1M`, `$707k`."""
    size = abs(value)
    for unit, letter in _MONEY:
        if size >= unit * 0.995:
            return f"${value / unit:.{0 if size >= unit * 9.95 else 1}f}{letter}"
    return f"${value:.0f}"


def usd_about(value: float) -> str:
    """Dollars in two figures: what is never still, told calmly: `$89M`, `$220M`."""
    return usd_short(float(f"{value:.1e}"))


def compact(value: float, figures: int = 3) -> str:
    """An amount in as many figures as it needs, for the end of a scale: `2k`, `1.25k`, `137.5k`."""
    size, letter = next(((unit, letter) for unit, letter in _MONEY if abs(value) >= unit * (1 - SHARP)), (1.0, ""))
    return f"{value / size:.{figures}g}".replace("-", MINUS) + letter


def relative(share: float) -> str:
    """Against 100, in at most four cells: what is denser beyond the picture, or was in the past, may be far above."""
    return "999+" if share > 999.5 else f"{share:.0f}"


def age(ns: int) -> str:
    """How long ago, in the largest unit that still says something: `12 s`, `3m`, `4h`, `2d`."""
    seconds = max(ns, 0) // _SECOND
    for unit, letter in _AGES:
        if seconds >= 2 * unit:
            return f"{seconds // unit}{letter}"
    return f"{seconds} s"


def days(left: float) -> str:
    """Days to expiry: `12 d`, under two days in hours."""
    return f"{left:.0f} d" if left >= 2 else f"{max(left, 0) * 24:.0f} h"


def latency(ns: int) -> str:
    """`84 ms`, rounded so that it does not flicker."""
    ms = ns / 1e6
    if abs(ms) >= 10_000:
        return f"{ms / 1000:.0f} s"
    return f"{round(ms, -1):.0f} ms" if abs(ms) >= 100 else f"{round(ms / 2) * 2:.0f} ms"


def wrap(text: str, width: int) -> list[str]:
    """`text` broken at blanks into lines of at most `width` cells."""
    lines, line = [], ""
    for word in text.split():
        if line and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [clip(line, width) for line in [*lines, line]]


def _three(value: float) -> str:
    size = abs(value)
    if not size:
        return "0"
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    if size and size < 0.01:
        digits = 4
    return f"{value:.{digits}f}".replace("-", MINUS)
