"""`liqtui score --sim`, end to end on a short run, and its arithmetic."""

import argparse
import json

import pytest

from liqtui.cli import score
from liqtui.cli.exits import CliError
from liqtui.cli.score_sim import table
from liqtui.lab import judge as judging
from liqtui.lab import report
from liqtui.lab.judge import NAMES, Judged, Pair
from liqtui.lab.run import run, tasks
from liqtui.liqmap.score_truth import Covered


def judged(number: int, model: float, other: float, **more: object) -> Judged:
    distance: dict[str, Pair] = dict.fromkeys(NAMES, (other, other))
    distance["model"] = model, 2 * model
    one = Judged(
        "trend", number, number % 2 == 1, liquidated=(50, 500), distance=distance, shown=(0.4, 1.0), old=(0.9, 0.1),
        mass=dict.fromkeys(("model", "oi_fixed"), (0.5, 0.5)), recall=dict.fromkeys(NAMES, 0.9),
    )
    for name, value in more.items():
        setattr(one, name, value)
    return one


def test_a_difference_is_taken_seed_by_seed() -> None:
    """Model 10 … 15, baseline 5 more on every seed: the seeds differ by more than the two do, and yet it is clear."""
    pair = report.paired([10.0 + k for k in range(6)], [15.0 + k for k in range(6)])
    assert pair == {"n": 6, "difference": -5.0, "ci": (-5.0, -5.0), "nearer": True, "clearly": True}
    few = report.paired([10.0], [15.0])
    assert few["nearer"] is True
    assert few["ci"] is None
    assert few["clearly"] is None
    assert report.paired([None], [1.0])["n"] == 0


def test_coverage_counts_a_side_of_a_seed_as_one_trial() -> None:
    """Sides with 4 of 5, 5 of 5 and 3 of 5 cells: 2.4 of 3 trials."""
    seeds = [
        judged(0, 1.0, 2.0, ladder=(Covered(5, 4), Covered(5, 5)), identified=True),
        judged(1, 1.0, 2.0, ladder=(Covered(5, 3), Covered(0, 0))),
    ]
    found = report.coverage(seeds)
    assert found["n"] == 3
    assert found["cells"] == 15
    assert found["share"] == pytest.approx(0.8)
    assert report.coverage([judged(0, 1.0, 2.0)])["share"] is None


def test_it_says_where_the_model_fails_and_what_may_explain_it() -> None:
    said = report.failures([judged(k, 10.0, 15.0) for k in range(5)])  # shorts: 20 against 15
    assert len(said) == 5
    assert said[0] == "trend: uniform is nearer for shorts by 5 bp"
    said = report.failures([judged(k, 20.0, 15.0) for k in range(5)])
    assert said[0] == (
        "trend: uniform is nearer for longs by 5 bp (50 liquidations a seed to learn from;"
        " 90% of the true map was opened before the feed was heard; it shows 0.4 of the true mass)"
    )


def test_a_short_run_end_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "LOOKS_S", (305,))
    found = report.report(run(tasks("tune", ["outage"], 1), jobs=1))
    assert found["schema"] == "liqtui.score.sim/1"
    whole = json.loads(json.dumps(found, allow_nan=False))
    regime = whole["regimes"]["outage"]
    assert regime["seeds"] == 1
    for side in ("long", "short", "both"):
        assert list(regime["sides"][side]) == list(NAMES)
        assert regime["sides"][side]["model"]["mean"] > 0
    assert regime["sides"]["long"]["oi_fixed"]["paired"]["n"] == 1
    assert 0 <= regime["recall"]["model"]["mean"] <= 1
    shown = table(found)
    assert "outage: 1 seeds, liquidated" in shown
    assert "volume_profile" in shown
    assert shown.endswith("\n")


def test_a_file_or_the_simulator_but_not_both() -> None:
    parser = argparse.ArgumentParser()
    score.arguments(parser)
    for words in ([], ["bars.csv", "--sim"]):
        with pytest.raises(CliError, match="either a FILE or --sim"):
            score.run(parser.parse_args(words))
    with pytest.raises(CliError, match="at least 1"):
        score.run(parser.parse_args(["--sim", "--seeds", "0"]))
