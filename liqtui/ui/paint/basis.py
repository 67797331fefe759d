"""The BASIS rows of the side column: every contract of the coin whose mark is known, against the index."""

from liqtui.instruments import Instrument
from liqtui.ui import words
from liqtui.ui.abreast import ends_of
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.spans import LABEL, label
from liqtui.view import Basis

MOST = 8
ENDS = 8
"""Cells of the name of a contract: `250627i`."""


def basis_lines(rows: tuple[Basis, ...], shown: Instrument, look: Look, *, abroad: bool = True) -> list[Line]:
    """The shown contract's own venue first, then others that are known (`abroad`), each under its venue's name."""
    out: list[Line] = []
    told = [row for row in rows if abroad or row.instrument.venue == shown.venue]
    for at, row in enumerate(sorted(told, key=lambda row: row.instrument.venue != shown.venue)[:MOST]):
        foreign = row.instrument.venue != shown.venue
        name = words.clip(words.plain(row.instrument.venue), LABEL) if foreign else "BASIS" if at == 0 else ""
        ends = f"{' ' * foreign}{ends_of(row.instrument)}"  # a venue's name may fill its cells
        line = [
            label(name, look),
            (f"{ends:<{ENDS}}", look.accent if row.instrument.name == shown.name else look.muted, 0),
            (f"{words.percent(row.basis):>{15 - ENDS}}", look.text, 0),
        ]
        if row.per_year is not None:
            line.append((f" {words.signed(row.per_year * 100, 1)} %/y", look.muted, 0))
        out.append(line)
    return out
