"""The score of five-minute steps: its arithmetic by hand, that nothing leaks, and that a right map wins."""

import itertools
import math

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.liqmap.grid import WIDTH, Floats, bin_of, price_of
from liqtui.liqmap.score import FLOOR_USD
from liqtui.liqmap.score_maps import (
    BASELINES,
    EXPONENTS,
    MODEL,
    PLACEBOS,
    SHIFT_BINS,
    WINDOW,
    BaselineMaps,
    Excursion,
    FrozenMap,
    Public,
    Yesterday,
    disguised,
)
from liqtui.liqmap.score_recording import report
from liqtui.liqmap.score_steps import (
    NAMES,
    UNIFORM_SHARE,
    WARM_UP,
    Forced,
    Frozen,
    StepScore,
    StepScorer,
    densest_tenth,
    laid,
    log_probabilities,
)

AT = 220_000
"""The bin of the mark in these tests."""
MARK = price_of(AT + 0.5)
DAY_S = 86_400.0


def away(bins: float) -> float:
    """The price so many bins from the mark."""
    return price_of(AT + 0.5 + bins)


def chart(longs: dict[int, float], shorts: dict[int, float] | None = None) -> FrozenMap:
    """Mass by bins from the mark's: −1 is the nearest long."""
    mass = np.zeros((2, 2 * WINDOW + 1))
    for side, masses in ((Side.LONG, longs), (Side.SHORT, shorts or {})):
        for bins, amount in masses.items():
            mass[side, WINDOW + bins] = amount
    return FrozenMap(AT - WINDOW, mass)


def forced(side: Side, bins: float, usd: float = 1e6, before: float | None = None) -> Forced:
    return Forced(side, usd, away(bins if before is None else before), away(bins))


def of(score: StepScore, values: Floats, name: str, side: Side = Side.LONG) -> float:
    assert not score.reason
    return float(values[NAMES.index(name), side])


def test_the_densest_tenth_of_twenty_bins_is_the_two_densest() -> None:
    density = np.arange(20.0)
    assert densest_tenth(density).tolist() == [0.0] * 18 + [1.0, 1.0]


def test_equally_dense_bins_share_what_is_left_of_the_tenth() -> None:
    # Fifteen bins: a tenth is 1.5 of them. One stands out, four tie for the half that is left: an eighth each.
    density = np.array([0.0] * 10 + [3.0, 3.0, 3.0, 3.0, 7.0])
    assert densest_tenth(density).tolist() == [0.0] * 10 + [0.125, 0.125, 0.125, 0.125, 1.0]
    # A map that is the same everywhere captures just a tenth, wherever things happen.
    assert densest_tenth(np.ones(17)).tolist() == pytest.approx([0.1] * 17)


def test_log_probabilities_by_hand() -> None:
    # Masses 3 and 1 of 4 bins: 0.95 · 3/4 + 0.05/4 = 0.725, 0.25, and 0.0125 where nothing is.
    logs = log_probabilities(np.array([[3.0, 1.0, 0.0, 0.0]]))
    assert UNIFORM_SHARE == 0.05
    assert np.exp(logs[0]).tolist() == pytest.approx([0.725, 0.25, 0.0125, 0.0125])
    # An empty map knows nothing: a quarter each.
    assert np.exp(log_probabilities(np.zeros((1, 4)))[0]).tolist() == pytest.approx([0.25] * 4)


def test_a_liquidation_lies_in_the_bin_of_its_mark_and_after_a_jump_evenly_on_the_way() -> None:
    # The mark went from 5 bins below to 4 bins below: no long is on that way, it is where the mark is.
    numbers, dollars = laid([forced(Side.LONG, -4, before=-5)], AT, 6)
    assert numbers.tolist() == [0, 0, 0, 1, 0, 0]
    assert dollars.tolist() == [0, 0, 0, 1e6, 0, 0]
    # From the middle of the bin 1 below to the middle of the bin 4 below: ½ + 1 + 1 + ½ bins of 3.
    numbers, _ = laid([forced(Side.LONG, -4, before=-1)], AT, 6)
    assert numbers.tolist() == pytest.approx([1 / 6, 1 / 3, 1 / 3, 1 / 6, 0, 0])
    numbers, _ = laid([forced(Side.SHORT, 3, before=2)], AT, 6)
    assert numbers.tolist() == pytest.approx([0, 0.5, 0.5, 0, 0, 0])
    # What happens above the mark the maps were frozen at is no swept long bin.
    assert not laid([forced(Side.LONG, 2)], AT, 6)[0].any()


def test_a_step_by_hand() -> None:
    """The mark falls 20 bins; the map has 8 of 10 in bins 3 and 7 below; three quarters of the dollars lie there."""
    scorer, baselines = StepScorer(), BaselineMaps(MARK)
    model = chart({-3: 5.0, -7: 3.0, -12: 2.0, -30: 99.0})
    frozen = scorer.freeze(0.0, MARK, model, baselines)
    happened = [forced(Side.LONG, -3, 2e6), forced(Side.LONG, -7, 1e6), forced(Side.LONG, -16, 1e6)]
    score = scorer.judge(frozen, 0, away(-20), away(0.2), happened, baselines)
    assert score.liquidated.tolist() == [4e6, 0.0]
    assert (score.events.tolist(), score.placed.tolist(), score.seen.tolist()) == ([3, 0], [3, 0], [4e6, 0])
    assert of(score, score.captured, MODEL) / 4e6 == pytest.approx(0.75)  # a tenth of 20 bins are two
    assert of(score, score.captured, "uniform") / 4e6 == pytest.approx(0.1)
    # 0.95·0.5 + 0.05/20 = 0.4775; 0.95·0.3 + 0.0025 = 0.2875; 0.0025 where the map has nothing.
    assert of(score, score.logs, MODEL) == pytest.approx(math.log(0.4775) + math.log(0.2875) + math.log(0.0025))
    assert of(score, score.logs, "uniform") == pytest.approx(3 * math.log(1 / 20))
    # Nothing was learned yet, so no level is known; after the step it is 4e6 for 10 swept.
    assert not score.levelled
    assert of(score, score.means, MODEL) == 0.0
    again = scorer.judge(scorer.freeze(300.0, MARK, model, baselines), 0, away(-5), MARK, [], baselines)
    assert of(again, again.means, MODEL) == pytest.approx(4e5 * 5.0)  # of the 10 now 5 are swept
    assert of(again, again.means, "uniform") == pytest.approx(4e6 / 20 * 5)


def test_capture_needs_ten_swept_bins() -> None:
    for bins, wide in ((9, 0.0), (10, 1.0)):
        scorer, baselines = StepScorer(), BaselineMaps(MARK)
        frozen = scorer.freeze(0.0, MARK, chart({-2: 1.0}), baselines)
        score = scorer.judge(frozen, 0, away(-bins), MARK, [forced(Side.LONG, -2)], baselines)
        assert score.wide.tolist() == [wide, 0.0]
        assert score.placed.tolist() == [1.0, 0.0]


def test_the_order_of_reports_does_not_matter() -> None:
    happened = [forced(Side.LONG, -3, 1.1e6), forced(Side.SHORT, 4, 0.3e6, 1), forced(Side.LONG, -9, 0.7e6, -2)]
    found = []
    for order in itertools.permutations(happened):
        scorer, baselines = StepScorer(), BaselineMaps(MARK)
        frozen = scorer.freeze(0.0, MARK, chart({-3: 5.0}, {4: 2.0}), baselines)
        score = scorer.judge(frozen, 0, away(-15), away(12), order, baselines)
        found.append(b"".join(np.asarray(values).tobytes() for values in score[3:]))
    assert len(set(found)) == 1


def test_placebos_are_the_map_in_the_wrong_place() -> None:
    assert SHIFT_BINS == 20  # ln 1.01 / 0.0005 = 19.9
    model, old = chart({-25: 4.0}, {10: 1.0}), chart({-1: 1.0})
    maps = {name: one.around(AT) for name, one in disguised(model, old, AT).items()}
    assert maps["shift_up"][Side.LONG, WINDOW - 5] == 4.0
    assert maps["shift_down"][Side.LONG, WINDOW - 45] == 4.0
    assert maps["mirrored"][Side.LONG, WINDOW - 10] == 1.0
    assert maps["mirrored"][Side.SHORT, WINDOW + 25] == 4.0
    assert maps["yesterday_map"][Side.LONG, WINDOW - 1] == 1.0


def test_yesterdays_map_is_of_a_day_ago_once_there_is_one() -> None:
    scorer, baselines = StepScorer(), BaselineMaps(MARK)
    row, column = NAMES.index("yesterday_map"), WINDOW - 1
    seen = [
        float(scorer.freeze(300.0 * i, MARK, chart({-1: 1.0 + i}), baselines).charts[row, Side.LONG, column])
        for i in range(300)
    ]
    assert seen[1] == seen[200] == 1.0  # the oldest stands in
    assert seen[288] == 1.0  # a day is 288 steps
    assert seen[299] == 12.0


def test_the_excursion_finds_its_exponent() -> None:
    excursion, generator = Excursion(), np.random.default_rng(3)
    for _ in range(60):
        went = np.abs(generator.normal(0.0, 0.004, 2))
        excursion.learn(went, 3e11 * went**2.5, 300.0)
    assert EXPONENTS[excursion.best] == 2.5
    found = excursion.forecast(np.array([0.01, 0.002]))[excursion.best]
    assert found.tolist() == pytest.approx((3e11 * np.array([0.01, 0.002]) ** 2.5).tolist())
    # Its map has n^k in the first n bins.
    assert float(excursion.density(excursion.best)[:7].sum()) == pytest.approx(7**2.5)


def test_what_open_interest_grew_by_lies_at_the_fixed_ladder_until_price_gets_there() -> None:
    public = Public(60_000.0, 1_000.0)
    at, here = bin_of(60_000.0), (60_000.0, 60_000.0, 60_000.0)
    public.take(at, np.ones(1), 1_008.0, here)
    assert public.map.swept(60_000.0 * 0.98, 60_000.0, 60_000.0).tolist() == [4.0, 0.0]  # 100× and 50×, 2 units each
    public.take(at, np.zeros(0), None, (60_000.0 * 0.99, 60_000.0, 60_000.0))
    assert public.map.mass.sum() == pytest.approx(14.0)  # the 100× longs are gone
    public.take(at, np.zeros(0), 504.0, here)
    assert public.map.mass.sum() == pytest.approx(7.0)  # open interest halved


def test_yesterdays_rate_forgets_what_is_older_than_a_day() -> None:
    yesterday = Yesterday()
    yesterday.learn(np.array([0.01, 0.0]), np.array([5e6, 0.0]), 300.0)
    assert yesterday.rate().tolist() == pytest.approx([5e8, 0.0])
    for _ in range(288):
        yesterday.learn(np.array([0.01, 0.01]), np.array([1e6, 2e6]), 300.0)
    assert yesterday.rate().tolist() == pytest.approx([1e8, 2e8])


def frozen_charts(scorer: StepScorer, baselines: BaselineMaps) -> Frozen:
    return scorer.freeze(0.0, MARK, chart({-3: 2.0, -8: 1.0}, {5: 3.0}), baselines)


def test_no_forecast_sees_what_is_liquidated_in_its_step() -> None:
    """Given the path, μ and the maps are the same whatever happens; only the steps after it learn."""
    found = []
    for happened in ([forced(Side.LONG, -3, 9e6)], [forced(Side.SHORT, 5, 1e6)]):
        scorer, baselines = StepScorer(), BaselineMaps(MARK)
        means, charts = [], []
        for events in ([forced(Side.LONG, -8, 2e6), forced(Side.SHORT, 5, 2e6)], happened, []):
            frozen = frozen_charts(scorer, baselines)
            charts.append(frozen.charts.tobytes())
            means.append(scorer.judge(frozen, 0, away(-12), away(12), events, baselines).means)
        found.append((means, charts))
    (a, charts_a), (b, charts_b) = found
    assert charts_a[:2] == charts_b[:2]
    assert a[1].tolist() == b[1].tolist()
    for number, name in enumerate(NAMES):
        if a[2][number].any():  # of the others nothing lies in the swept bins
            assert a[2][number].tolist() != b[2][number].tolist(), name


def world(days: int, *, right: bool, seed: int = 4) -> list[StepScore]:
    """Steps of a walk over a map of a few dense bins; liquidations lie as the map says, or anywhere."""
    generator, scorer, baselines = np.random.default_rng(seed), StepScorer(), BaselineMaps(MARK)
    steps = []
    for number in range(days * 288):
        mass = np.zeros((2, 2 * WINDOW + 1))
        dense = generator.choice(np.arange(1, 21), (2, 2), replace=False)
        mass[Side.LONG, WINDOW - dense[0]] = mass[Side.SHORT, WINDOW + dense[1]] = 1e6
        frozen = scorer.freeze(number * 300.0, MARK, FrozenMap(AT - WINDOW, mass), baselines)
        bins = generator.integers(10, 21, 2).tolist()
        happened = []
        for side in Side:
            sign = -1 if side is Side.LONG else 1
            for place in dense[side].tolist():
                at = place if right else int(generator.integers(1, 21))
                if at <= bins[side]:
                    happened.append(forced(side, sign * at, 1e6 * float(generator.gamma(4.0, 0.25))))
        ends = away(-bins[0]), away(bins[1])
        steps.append(scorer.judge(frozen, number * 300 * 10**9, *ends, happened, baselines))
    return steps


@pytest.fixture(scope="module")
def right() -> list[StepScore]:
    return world(6, right=True)


def test_a_map_that_is_right_captures_nearly_all_and_beats_everything(right: list[StepScore]) -> None:
    found = report(right, "w", "okx:X")
    sides, placebos = found["sides"], found["placebos"]
    assert isinstance(sides, dict)
    assert isinstance(placebos, dict)
    model = sides["both"][MODEL]
    # Of n swept bins both dense ones are swept with chance n(n − 1)/380, one with 2n(20 − n)/380. A tenth is n/10 bins:
    # all of a single dense one, n/20 of each of two.
    swept = np.arange(10, 21)
    one, two = 2 * swept * (20 - swept) / 380, swept * (swept - 1) / 380
    caught = (one + 2 * two * swept / 20).sum()
    assert model["capture10"] == pytest.approx(caught / (one + 2 * two).sum(), abs=0.02)
    assert model["lift"] == pytest.approx(10 * model["capture10"])
    assert sides["both"]["uniform"]["capture10"] == pytest.approx(0.1)
    assert model["gain"] is None
    for name in BASELINES:
        assert sides["both"][name]["gain"] > 0.0
        assert sides["both"][name]["ci"]["gain"][0] > 0.0
        assert sides["both"][name]["deviance"] > model["deviance"]
    for name in PLACEBOS:
        assert placebos[name]["paired"]["loses"], name
        assert placebos[name]["ci"]["gain"][0] > 0.0, name
    assert found["verdict"] == "every baseline and every placebo loses to the model outside its paired interval"


def test_the_gain_over_uniform_is_what_the_map_knows() -> None:
    """Half of the mass in one of 20 swept bins, and everything there: ln(0.95 · 0.5 + 0.05/20) − ln(1/20) = 2.257."""
    scorer, baselines, steps = StepScorer(), BaselineMaps(MARK), []
    for number in range(100):
        frozen = scorer.freeze(300.0 * number, MARK, chart({-3: 5.0, -9: 5.0}), baselines)
        happened = [forced(Side.LONG, -3)]
        steps.append(scorer.judge(frozen, number * 300 * 10**9, away(-20), MARK, happened, baselines))
    found = report(steps, "w", "okx:X")
    assert found["sides"]["long"]["uniform"]["gain"] == pytest.approx(2.2566, abs=1e-4)  # type: ignore[index]
    assert found["sides"]["short"]["uniform"]["gain"] is None  # type: ignore[index]
    assert found["sides"]["long"][MODEL]["lift"] == pytest.approx(10.0)  # type: ignore[index]


def test_a_map_whose_world_is_shuffled_says_nothing() -> None:
    found = report(world(6, right=False), "w", "okx:X")
    sides = found["sides"]
    assert isinstance(sides, dict)
    assert sides["both"][MODEL]["lift"] == pytest.approx(1.0, abs=0.15)
    assert sides["both"]["uniform"]["gain"] < 0.0  # it said something, and it was wrong


def test_two_days_have_no_interval_and_say_so() -> None:
    found = report(world(2, right=True), "w", "okx:X")
    sides, nulls = found["sides"], found["nulls"]
    assert isinstance(sides, dict)
    assert isinstance(nulls, dict)
    assert set(sides["both"][MODEL]["ci"].values()) == {None}
    assert nulls["ci"] == "2 days, fewer than 5"
    assert "fewer than 5 days" in str(found["verdict"])


def test_under_a_hundred_events_nothing_is_claimed(right: list[StepScore]) -> None:
    found = report([*right[:20], StepScore(0, "feed outage")], "w", "okx:X")
    assert isinstance(found["n_events"], int)
    assert found["n_events"] < 100
    assert found["skipped"] == {"feed outage": 1}
    assert "nothing is claimed" in str(found["verdict"])
    for measure in ("deviance", "capture10", "lift", "gain", "spearman"):
        assert {entry[measure] for entry in found["sides"]["both"].values()} == {None}  # type: ignore[index]
    empty = report([], "w", "okx:X")
    assert (empty["n_steps"], empty["n_events"], empty["n_days"]) == (0, 0, 0)


def test_levels_are_learned_before_amounts_are_judged(right: list[StepScore]) -> None:
    assert [step.levelled for step in right[: WARM_UP + 1]] == [False] * WARM_UP + [True]
    assert right[WARM_UP].means[0].min() > FLOOR_USD


def test_the_bins_are_the_maps_own() -> None:
    assert math.log(away(1) / away(0)) == pytest.approx(WIDTH)
    assert bin_of(MARK) == AT
