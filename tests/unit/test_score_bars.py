"""The score of a bar file: what is read, that no forecast sees its own bar, and what the real half-hours give."""

import json
from pathlib import Path

import numpy as np
import pytest

from liqtui.cli import main
from liqtui.liqmap.score import Days, measured, paired, spearman
from liqtui.liqmap.score_bars import COLUMNS, Bar, parse, paths
from liqtui.liqmap.score_baselines import laid
from liqtui.liqmap.score_maps import BASELINES, MODEL, PLACEBOS, FixedMap, FrozenMap
from liqtui.liqmap.score_report import Forecasts, report, run

REAL = Path(__file__).parents[3] / "shared" / "data" / "btc-30m-oi-liquidations.csv"
HALF_HOUR_MS = 1_800_000
needs_real_bars = pytest.mark.skipif(not REAL.is_file(), reason="the shared real half-hours are not here")


def market(count: int, seed: int = 3, share: float = 1.0) -> list[Bar]:
    """Half-hours of a walk; what is liquidated grows with the square of how far the bar went."""
    generator = np.random.default_rng(seed)
    bars, price = [], 60_000.0
    for number in range(count):
        moves = np.exp(np.cumsum(generator.normal(0.0, 0.002, size=6))) * price
        low, high = float(min(moves.min(), price)), float(max(moves.max(), price))
        sizes = [share * 2e10 * float(np.log(way)) ** 2 for way in (price / low, high / price)]
        events = (generator.random(2) < share) * sizes
        interest = 5e9 * (1.0 + 0.002 * float(generator.normal()))
        bars.append(Bar(number * HALF_HOUR_MS, price, high, low, float(moves[-1]), interest,
                        (float(events[0]), float(events[1]))))
        price = float(moves[-1])
    return bars


def csv(bars: list[Bar]) -> str:
    lines = [",".join(COLUMNS)]
    lines += [",".join(map(repr, (*bar[:6], *bar.liquidated))) for bar in bars]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def real() -> Forecasts:
    return run(parse(REAL.read_text()))


def test_a_bar_file_is_read_whatever_the_order_of_its_columns() -> None:
    text = "funding_pct,short_liq_usd,long_liq_usd,oi_usd,close,low,high,open,ts_ms\n0,7,9,1e9,101,99,102,100,1800000\n"
    assert parse(text) == [Bar(1_800_000, 100.0, 102.0, 99.0, 101.0, 1e9, (9.0, 7.0))]


@pytest.mark.parametrize(("text", "words"), [
    ("", "no column"),
    ("a,b\n1,2\n", "no column ts_ms"),
    (csv(market(3)).replace("\n0,", "\nx,", 1), "line 2 is broken"),
    (csv(market(3)) + "5400000,1\n", "line 5 is broken"),
    (csv(market(3)) + "0,1,1,1,1,1,1,1\n", "line 5 is not later"),
    (csv(market(3)) + "5400000,1,1,-1,1,1,1,1\n", "line 5 holds a number that cannot be"),
    (csv(market(3)) + "5400000,1,1,1,1,1,nan,1\n", "line 5 holds a number that cannot be"),
])
def test_a_file_that_is_none_says_where(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text)


def test_a_bar_before_a_gap_lasts_no_longer_than_the_others() -> None:
    bars = market(9)
    assert {path.seconds for path in paths(bars[:4] + bars[6:])} == {1800.0}


def test_no_forecast_sees_what_happened_in_its_bar_or_later() -> None:
    bars = market(140)
    changed = list(bars)
    changed[120] = bars[120]._replace(interest_usd=6e9, liquidated=(9e7, 8e7))
    before, after = run(bars), run(changed)
    for name in (MODEL, *BASELINES, *PLACEBOS):
        a, b = before.means[name], after.means[name]
        assert a[: 120 - 100 + 1].tolist() == b[: 120 - 100 + 1].tolist(), name
        assert a[120 - 100 + 1 :].tolist() != b[120 - 100 + 1 :].tolist(), name


def test_the_path_of_a_later_bar_changes_nothing_before_it() -> None:
    bars = market(130)
    changed = list(bars)
    changed[125] = bars[125]._replace(low=bars[125].low * 0.97)
    before, after = run(bars), run(changed)
    for name in (MODEL, *BASELINES, *PLACEBOS):
        assert before.means[name][:25].tolist() == after.means[name][:25].tolist(), name


def test_the_score_is_the_same_every_time() -> None:
    bars = market(150)
    assert json.dumps(report(run(bars), "a")) == json.dumps(report(run(bars), "a"))


def test_fewer_than_a_hundred_events_claim_nothing() -> None:
    found = report(run(market(200, share=0.2)), "few")
    assert isinstance(found["n_events"], int)
    assert found["n_events"] < 100
    assert "nothing is claimed" in str(found["verdict"])
    assert '"deviance": 0' not in json.dumps(found)
    assert found["sides"]["both"][MODEL]["deviance"] is None  # type: ignore[index]


@pytest.mark.parametrize("change", [
    {"liquidated": (0.0, 0.0)},
    {"liquidated": (0.0, 4e6)},
    {"open": 60_000.0, "high": 60_000.0, "low": 60_000.0, "close": 60_000.0},
], ids=["nothing is ever liquidated", "longs never are", "price stands still"])
def test_a_market_without_what_is_measured_is_scored_all_the_same(change: dict[str, float]) -> None:
    bars = [bar._replace(**change) for bar in market(220)]  # type: ignore[arg-type]
    text = json.dumps(report(run(bars), "odd"), allow_nan=False)
    assert "verdict" in text


def test_what_a_placebo_map_sweeps_by_hand() -> None:
    # Longs of 1, 2, 3 … in bins 100, 101 …; the mark in 104, the low in 102: bins 102, 103, 104 hold 3 + 4 + 5.
    frozen = FrozenMap(100, np.array([np.arange(1.0, 11.0), np.zeros(10)]))
    assert frozen.swept(102, 104, 104).tolist() == [12.0, 0.0]
    # Moved up by one bin, the same bins hold what was in 101, 102, 103.
    assert frozen.swept(102, 104, 104, shift=1).tolist() == [9.0, 0.0]
    # Mirrored about 104, longs at 103 and 102 are shorts at 105 and 106.
    assert frozen.mirrored(104).swept(104, 104, 106).tolist() == [0.0, 5.0 + 4.0 + 3.0]


def test_the_public_map_draws_10_25_50_and_100_times() -> None:
    fixed = FixedMap(60_000.0)
    bar = paths([Bar(0, 60_000.0, 60_000.0, 60_000.0, 60_000.0, 1e9, (0.0, 0.0))])[0]
    fixed.open(*laid(bar, 8.0))
    # Longs at m = 0.4 %: 0.602, 1.606, 3.614 and 9.639 % below, 2 units each.
    for away, mass in ((0.5, 0.0), (0.8, 2.0), (1.8, 4.0), (4.0, 6.0), (10.0, 8.0)):
        low = 60_000.0 * (1.0 - away / 100.0)
        assert fixed.swept(low, 60_000.0, 60_000.0)[0] == pytest.approx(mass)
    fixed.consume(60_000.0 * 0.98, 60_000.0)
    assert fixed.mass[0].sum() == pytest.approx(4.0)


def test_json_has_the_shape_it_promises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bars.csv"
    file.write_text(csv(market(220)))
    assert main(["score", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "liqtui.score/1"
    assert (found["source"], found["n_steps"]) == ("bars.csv", 120)
    assert set(found["sides"]) == {"long", "short", "both"}
    for side in found["sides"].values():
        assert set(side) == {MODEL, *BASELINES}
        for entry in side.values():
            assert {"deviance", "deviance_without_top5", "spearman", "capture10", "lift", "gain", "ci"} <= set(entry)
            assert entry["capture10"] is entry["lift"] is entry["gain"] is None
    assert set(found["placebos"]) == set(PLACEBOS)
    assert {"capture10", "lift", "gain"} <= set(found["nulls"])
    assert isinstance(found["verdict"], str)


def test_the_table_names_every_forecast_and_says_what_is_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bars.csv"
    file.write_text(csv(market(220)))
    assert main(["score", str(file)]) == 0
    out = capsys.readouterr().out
    for name in (MODEL, *BASELINES, *PLACEBOS, "not measured: capture10", "120 steps"):
        assert name in out


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", csv(market(100))])
def test_a_file_that_cannot_be_scored_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bars.csv"
    file.write_text(text)
    assert main(["score", str(file)]) == 2
    assert "bars.csv" in capsys.readouterr().err
    assert main(["score", str(tmp_path / "none.csv")]) == 2


@needs_real_bars
def test_on_real_half_hours_the_map_is_as_right_as_it_has_to_be(real: Forecasts) -> None:
    y, mu, days = real.liquidated, real.means[MODEL], Days(real.times_ms)
    assert (len(y), real.events) == (465, 785)
    deviance = measured(y, mu, days).deviance
    assert deviance is not None
    assert deviance <= 0.70
    for side in (0, 1):
        model, excursion = (spearman(y[:, side], real.means[name][:, side]) for name in (MODEL, "excursion"))
        assert model is not None
        assert excursion is not None
        assert model > excursion + 0.05


@needs_real_bars
@pytest.mark.parametrize("name", [*BASELINES, *PLACEBOS])
def test_on_real_half_hours_every_baseline_and_placebo_loses_outside_its_paired_interval(
    real: Forecasts, name: str
) -> None:
    assert paired(real.liquidated, real.means[MODEL], real.means[name], Days(real.times_ms)).loses


@needs_real_bars
@pytest.mark.parametrize("half", [slice(0, 232), slice(232, 465)], ids=["chosen on", "confirmed on"])
def test_the_map_beats_everything_in_both_halves(real: Forecasts, half: slice) -> None:
    y, days = real.liquidated[half], Days(real.times_ms[half])
    model = measured(y, real.means[MODEL][half], days).deviance
    others = [measured(y, real.means[name][half], days).deviance for name in (*BASELINES, *PLACEBOS)]
    assert model is not None
    assert model < 1.0
    assert model < 0.6 * min(value for value in others if value is not None)
