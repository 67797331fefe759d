"""The score beside the map: as much as is claimed, in two short rows that stand still."""

from dataclasses import replace

import pytest

from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.score import score_rows
from liqtui.ui.panels import FIGURES
from liqtui.ui.state import PaneState
from liqtui.ui.theme import load_themes
from liqtui.view import Score, View

from .factory import DAY, HOUR, MINUTE, NOW

WIDTH = 31
WHOLE = Score(NOW - DAY, 280, 1_240, 0.412, 4.12, 0.71, 1.92, "", (("feed outage", 8),))
FEW = replace(WHOLE, n_events=37, capture10=None, lift=None, deviance=None, deviance_excursion=None,
              reason="37 of 100 events")


@pytest.fixture(scope="module")
def look() -> Look:
    return Look(load_themes(None).pick("dark")[0], Depth.TRUECOLOR)


@pytest.mark.parametrize(("score", "rows"), [
    (None, []),
    # 0.71 / 1.92 = 0.37 of the deviance: 63 % less.
    (WHOLE, ["SCORE  24 h  capture 41 % ×4.1", "       error −63 % vs range"]),
    (replace(WHOLE, since_ns=NOW - 5 * HOUR), ["SCORE  5h  capture 41 % ×4.1", "       error −63 % vs range"]),
    (replace(WHOLE, capture10=None, lift=None), ["SCORE  24 h  1,240 events", "       error −63 % vs range"]),
    (replace(WHOLE, deviance=None), ["SCORE  24 h  capture 41 % ×4.1"]),
    (replace(WHOLE, deviance=2.4), ["SCORE  24 h  capture 41 % ×4.1", "       error +25 % vs range"]),
    (FEW, ["SCORE  24 h  37 of 100 events"]),
    (replace(FEW, since_ns=NOW - 5 * MINUTE, n_steps=0, skipped=(("history not joined", 1),)),
     ["SCORE  history not joined"]),
    (replace(FEW, n_steps=0, skipped=(("liquidations not heard", 3), ("mark stale", 1))),
     ["SCORE  liquidations not heard"]),
])
def test_the_row_says_what_is_claimed_and_no_more(
    view: View, look: Look, score: Score | None, rows: list[str]
) -> None:
    told = replace(view, figures=replace(view.figures, score=score))
    shown = ["".join(text for text, _, _ in row) for row in score_rows(told, look, NOW)]
    assert shown == rows
    assert all(len(row) <= WIDTH for row in shown)


def test_help_tells_what_every_row_beside_the_map_is(view: View, look: Look) -> None:
    whole = replace(view, figures=replace(view.figures, score=WHOLE))
    lines = Painter().paint(whole, PaneState("x"), (150, 60), look, Moment(NOW, "live"), 0).strings()
    column = [line[line.index("││") + 3 :].split() for line in lines if "││" in line]
    names = {row[0] for row in column if row and row[0].isalpha() and row[0].isupper() and len(row[0]) > 2}
    assert {"CLUSTERS", "BOOK", "SCORE"} <= names
    assert names <= {name for name, _ in FIGURES}
