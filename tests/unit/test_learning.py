"""The ladder that is learned: it finds the truth, forgets, does not depend on units, and says how sure it is."""


import numpy as np
import pytest

from liqtui.liqmap.grid import Floats
from liqtui.liqmap.ladder import LEAST_NEVER, leverages, prior_weights
from liqtui.liqmap.learning import HALF_LIFE_S, Ladders, Level, Prior, gamma_interval

RUNGS = leverages(125.0)
DAY = 86_400.0


def world(seed: int, truth: Floats, steps: int = 400, event: float = 50_000.0) -> list[tuple[Floats, Floats]]:
    """Steps of swept exposures [1, side, rung], few rungs at a time as a map's are, and sizes: Poisson many events."""
    generator = np.random.default_rng(seed)
    out = []
    for _ in range(steps):
        swept = generator.gamma(1.0, 1e7, size=(1, 2, len(RUNGS))) * (generator.random((1, 2, len(RUNGS))) < 0.06)
        means = (truth * swept[0]).sum(axis=1)
        out.append((swept, generator.poisson(means / event) * event))
    return out


def taught(steps: list[tuple[Floats, Floats]]) -> Ladders:
    ladders = Ladders(RUNGS, 1)
    for swept, sizes in steps:
        ladders.learn(swept, sizes, 1800.0)
    return ladders


def humped() -> Floats:
    """A ladder with its crowd at 20×, unlike every prior; 60 % of openings."""
    shape = np.exp(-0.5 * (np.log(RUNGS / 20.0) / 0.5) ** 2)
    return np.tile(0.6 * shape / shape.sum(), (2, 1))


def test_before_anything_was_seen_the_ladder_is_its_prior() -> None:
    shares = Ladders(RUNGS, 1, priors=(Prior(1.5, 100.0),)).shares()
    assert shares.mean == pytest.approx(np.tile(prior_weights(RUNGS), (2, 1)))


def test_a_crowd_at_20x_is_found_though_the_prior_expects_none() -> None:
    truth = humped()
    found = taught(world(1, truth, steps=1000)).shares().mean
    assert np.abs(found - truth).sum() < 0.12 * truth.sum()
    assert RUNGS[found[0].argmax()] == pytest.approx(20.0, rel=0.2)


def test_intervals_hold_the_truth_where_the_model_is_true_more_often_than_they_promise() -> None:
    """They are made wider than this world needs (`DOUBT`), for people do not close as any member thinks."""
    truth, held = humped(), []
    crowded = truth[0] > 0.005 * truth[0].sum()  # what next to nobody uses is not found to be exactly nothing
    for seed in range(12):
        shares = taught(world(seed, truth)).shares()
        held.append(((shares.low <= truth) & (truth <= shares.high))[:, crowded])
    # 12 worlds × 2 sides × 15 rungs; binomial error 2 %, and the rungs of a world hang together.
    assert 0.85 < float(np.mean(held)) < 0.99


def test_nothing_depends_on_the_unit() -> None:
    steps = world(2, humped(), steps=100)
    dollars, thousands = taught(steps), taught([(swept / 1e3, sizes / 1e3) for swept, sizes in steps])
    for a, b in zip(dollars.shares(), thousands.shares(), strict=True):
        assert a == pytest.approx(b, rel=1e-9)


def test_what_was_swept_is_credited_by_name_and_the_rest_by_the_level() -> None:
    swept = np.zeros((1, 2, len(RUNGS)))
    swept[0, 0, 20] = 1e8
    ladders = Ladders(RUNGS, 1, priors=(Prior(1.5, 10.0),))
    for _ in range(600):
        ladders.learn(swept, np.array([2e7, 0.0]), 1800.0)
    mean, prior = ladders.shares().mean, prior_weights(RUNGS)
    # 2e7 of 1e8 swept: a fifth of openings are at that rung.
    assert mean[0, 20] == pytest.approx(0.2, rel=0.1)
    others = np.delete(mean[0] / prior, 20)
    assert others == pytest.approx(np.full(len(others), others[0]))


def test_what_was_learned_is_forgotten_toward_the_prior_by_half_each_week() -> None:
    ladders = taught(world(3, humped()))
    learned = ladders.shares()
    nothing = np.zeros((1, 2, len(RUNGS)))
    for _ in range(10):
        ladders.learn(nothing, np.zeros(2), HALF_LIFE_S)
    after = ladders.shares()
    prior = Ladders(RUNGS, 1).shares().mean
    assert np.abs(after.mean - prior).sum() < np.abs(learned.mean - prior).sum()


def test_more_events_make_it_surer() -> None:
    truth = humped()
    few, many = taught(world(4, truth, steps=150)).shares(), taught(world(4, truth, steps=1500)).shares()
    assert (many.high - many.low).sum() < 0.7 * (few.high - few.low).sum()


def test_a_feed_that_shows_half_teaches_the_same_ladder() -> None:
    truth = humped()
    thinned = Ladders(RUNGS, 1)
    for swept, sizes in world(5, truth, steps=1000):
        thinned.learn(swept, 0.5 * sizes, 1800.0, shown=0.5)
    assert np.abs(thinned.shares().mean - truth).sum() < 0.12 * truth.sum()


def test_shares_leave_room_for_what_is_never_liquidated() -> None:
    ladders = taught([(swept, 10.0 * sizes) for swept, sizes in world(6, humped(), steps=100)])
    assert (ladders.churn_weights.sum(axis=2) <= 1.0 - LEAST_NEVER).all()


def test_where_the_level_is_not_known_only_the_shape_is_learned() -> None:
    truth = humped()
    ladders = Ladders(RUNGS, 1, level_known=False)
    for swept, sizes in world(7, truth, steps=1000):
        ladders.learn(swept, 0.1 * sizes, 1800.0)
    mean = ladders.shares().mean
    assert mean.sum(axis=1) == pytest.approx([0.7, 0.7])
    assert np.abs(mean / 0.7 - truth / 0.6).sum(axis=1).max() < 0.2


def test_the_turnover_share_that_explains_what_happens_wins() -> None:
    truth, generator = humped(), np.random.default_rng(8)
    ladders = Ladders(RUNGS, 3)
    for swept, sizes in world(8, truth):
        wrong = generator.permutation(swept[0].ravel()).reshape(swept[0].shape)
        ladders.learn(np.stack([wrong, swept[0], 0.5 * wrong]), sizes, 1800.0)
    assert ladders.churn_posterior.argmax() == 1
    assert ladders.churn_posterior[1] > 0.9
    assert ladders.posterior.sum() == pytest.approx(1.0)


def test_members_that_disagree_widen_the_band() -> None:
    ladders = Ladders(RUNGS, 2)
    alike = np.full((2, 2, len(RUNGS)), 1e6)
    apart = alike * np.array([0.2, 1.8])[:, None, None]
    one, two = ladders.forecast(alike), ladders.forecast(apart)
    assert one.mean == pytest.approx(two.mean)
    assert (two.high - two.low > one.high - one.low).all()


def test_a_forecast_does_not_move_what_is_learned() -> None:
    ladders = taught(world(9, humped(), steps=20))
    before = ladders.state().tobytes()
    ladders.forecast(np.ones((1, 2, len(RUNGS))))
    assert ladders.state().tobytes() == before


def test_a_saved_ladder_goes_on_as_if_it_had_never_stopped() -> None:
    steps = world(10, humped(), steps=60)
    whole, first = taught(steps), taught(steps[:30])
    second = Ladders(RUNGS, 1)
    second.restore(first.state())
    for swept, sizes in steps[30:]:
        second.learn(swept, sizes, 1800.0)
    assert second.state().tobytes() == whole.state().tobytes()
    assert [part.tolist() for part in second.shares()] == [part.tolist() for part in whole.shares()]


def test_a_ladder_saved_for_other_rungs_is_refused() -> None:
    saved = Ladders(RUNGS[:10], 1).state()
    with pytest.raises(ValueError, match="not one of these rungs"):
        Ladders(RUNGS, 1).restore(saved)


def test_a_new_instrument_starts_from_the_ladder_of_its_venue() -> None:
    venue = humped()
    shares = Ladders(RUNGS, 1, shape=venue, level=0.6).shares()
    assert np.abs(shares.mean - venue).sum() < 0.15 * venue.sum()
    prior = Ladders(RUNGS, 1, level=0.6).shares()
    assert np.abs(prior.mean - venue).sum() > 0.5 * venue.sum()


def test_a_scale_is_liquidated_over_exposed_with_forgetting() -> None:
    scale = Level(half_life_s=DAY)
    assert scale.scale() == pytest.approx([0.0, 0.0])
    scale.learn(np.array([10.0, 10.0]), np.array([20.0, 0.0]), DAY)
    assert scale.scale() == pytest.approx([2.0, 0.0])
    scale.learn(np.array([10.0, 10.0]), np.array([5.0, 10.0]), DAY)
    # Half of the first: (10 + 5) / (5 + 10) and (0 + 10) / (5 + 10).
    assert scale.scale() == pytest.approx([1.0, 10.0 / 15.0])


def test_gamma_intervals_are_those_of_the_tables() -> None:
    # Gamma with shape 4 and scale 1: χ² with 8 degrees of freedom has its 10 % at 3.4895 and its 90 % at 13.3616.
    low, high = gamma_interval(np.array([4.0]), np.array([4.0]))
    assert low[0] == pytest.approx(3.4895 / 2.0, rel=0.01)
    assert high[0] == pytest.approx(13.3616 / 2.0, rel=0.01)
    assert [end[0] for end in gamma_interval(np.array([4.0]), np.array([0.0]))] == [4.0, 4.0]


def test_people_pick_round_leverages() -> None:
    """Seven rungs of ×1.5 from 10×: 10×, 20×, 25×, 50×, 75× and 100× lie nearest to rungs 0, 2, 2, 4, 5 and 6."""
    rungs = np.geomspace(10.0, 10.0 * 1.5**6, 7)
    even, picked = Prior(0.0, 1.0).shape(rungs), Prior(0.0, 1.0, picked=0.6).shape(rungs)
    assert even == pytest.approx(np.full(7, 1.0 / 7.0))
    assert picked.sum() == pytest.approx(1.0)
    # 3× and 5× lie below the ladder and go to its first rung, 125× beyond its last by less than half a step: 9 picks.
    assert picked * 7.0 - 0.4 == pytest.approx(0.6 * 7.0 * np.array([3, 0, 2, 0, 1, 1, 2]) / 9.0)
