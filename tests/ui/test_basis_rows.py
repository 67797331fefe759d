"""The BASIS rows: native venue first, others under their own name, all in 31 cells."""

from dataclasses import replace

from liqtui.ui.look import Look
from liqtui.ui.paint.basis import MOST, basis_lines
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.spans import width_of
from liqtui.ui.state import PaneState
from liqtui.view import Basis, View

from .factory import NOW, PERPETUAL, QUARTERLY, WEEKLY, instrument

MARK = 60_000.0
OWN = (
    Basis(PERPETUAL, MARK, 0.0002, None, None), Basis(WEEKLY, MARK, 0.0008, 0.031, 0.9),
    Basis(QUARTERLY, MARK, 0.0081, 0.082, 36.0),
)
BYBIT = Basis(
    instrument("BTC-USDT-250627", venue="bybit"), MARK, -0.0079, -0.0801, 36.0)
DERIBIT = Basis(
    instrument("BTC-USDT-250627", venue="deribit", inverse=True), MARK, 0.0083, 0.0842, 36.0)


def lines(rows: tuple[Basis, ...], look: Look) -> list[str]:
    found = basis_lines(rows, PERPETUAL, look)
    assert all(width_of(line) <= 31 for line in found)
    return ["".join(text for text, _, _ in line) for line in found]


def test_the_own_venue_then_the_others_by_name(look: Look) -> None:
    assert lines((DERIBIT, *OWN, BYBIT), look) == [
        "BASIS  perp    +0.02 %",
        "       250523  +0.08 % +3.1 %/y",
        "       250627  +0.81 % +8.2 %/y",
        "deribit 250627i+0.83 % +8.4 %/y",
        "bybit   250627 −0.79 % −8.0 %/y",
    ]


def test_there_are_never_more_rows_than_fit(look: Look) -> None:
    crowd = tuple(replace(BYBIT, instrument=instrument(f"BTC-USDT-25062{n}", venue="bybit")) for n in range(9))
    assert len(lines((*OWN, *crowd), look)) == MOST


def test_in_a_low_column_the_basis_at_other_venues_gives_way_to_clusters(view: View, look: Look) -> None:
    """100x30 has 26 rows in its column: two clusters a side before what expires elsewhere."""
    crowd = replace(view, figures=replace(view.figures, basis=(*OWN, BYBIT, DERIBIT)))
    low, high = (
        "\n".join(Painter().paint(crowd, PaneState("x"), size, look, Moment(NOW, "live"), 0).strings())
        for size in ((100, 29), (150, 50))
    )
    assert "250627i" not in low
    assert "250627" in low
    assert low.count("▲ S ") >= 2
    assert "250627i" in high
