"""Coarse candles are the fine ones put together, and the minute on the wire is the minute in the candle."""

import numpy as np
import pytest
from sim_scene import Lived, lived_market

from liqtui.sim.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, parse_bar

MINUTE_NS = 60_000_000_000


@pytest.fixture
def lived() -> Lived:
    return lived_market()


@pytest.mark.parametrize(("fine", "coarse"), [("1m", "5m"), ("5m", "1H"), ("1H", "1D"), ("1H", "1Dutc")])
@pytest.mark.parametrize("mark", [False, True])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_coarse_candles_are_the_fine_ones_put_together(
    lived: Lived, fine: str, coarse: str, mark: bool, number: int
) -> None:
    small, large = parse_bar(fine), parse_bar(coarse)
    assert small is not None
    assert large is not None
    opens, values, _ = lived.market.bars.query(number, small, mark=mark)
    starts, bars, _ = lived.market.bars.query(number, large, mark=mark)
    of = large.floor(opens)
    compared = 0
    for column, start in list(enumerate(starts))[-60:]:
        parts = values[:, of == start]
        if parts.shape[1] == 0 or ((of == start).sum() < large.length // small.length and column < len(starts) - 1):
            continue
        bar = bars[:, column]
        assert bar[OPEN] == parts[OPEN, 0]
        assert bar[CLOSE] == parts[CLOSE, -1]
        assert bar[HIGH] == parts[HIGH].max()
        assert bar[LOW] == parts[LOW].min()
        assert bar[VOLUME] == parts[VOLUME].sum()
        compared += 1
    assert compared >= 5


def test_days_open_at_midnight_utc_or_in_hong_kong(lived: Lived) -> None:
    for name, hour in (("1Dutc", 0), ("1D", 16)):
        period = parse_bar(name)
        assert period is not None
        opens, _, confirmed = lived.market.bars.query(0, period, mark=False)
        assert (opens % (86_400 * 10**9) == hour * 3_600 * 10**9).all()
        assert confirmed[:-1].all()
        assert not confirmed[-1]
        assert len(opens) >= 200


def test_unknown_bars_are_unknown() -> None:
    assert [parse_bar(name) for name in ("7m", "1d", "", "1Hutc", "60m")] == [None] * 5


def test_a_minute_holds_exactly_the_trades_of_the_tape(lived: Lived) -> None:
    minute = parse_bar("1m")
    assert minute is not None
    for number in range(6):
        opens, values, confirmed = lived.market.bars.query(number, minute, mark=False)
        live = opens >= lived.market.start_ns // MINUTE_NS * MINUTE_NS
        tapes = [step.tapes[number] for step in lived.steps]
        times = np.concatenate([t.time_ms for t in tapes if t is not None]) * 1_000_000
        lots = np.concatenate([t.lots for t in tapes if t is not None])
        prices = np.concatenate([t.ticks for t in tapes if t is not None]) / lived.market._ticks[number]
        assert live.sum() == 6
        assert confirmed[live].tolist() == [True] * 5 + [False]
        for opened, bar in zip(opens[live], values[:, live].T, strict=True):
            inside = (times >= opened) & (times < opened + MINUTE_NS)
            assert bar[VOLUME] == lots[inside].sum()
            assert bar[HIGH] == prices[inside].max()
            assert bar[LOW] == prices[inside].min()
            assert bar[CLOSE] == prices[inside][-1]


def test_mark_candles_hold_every_mark(lived: Lived) -> None:
    minute = parse_bar("1m")
    assert minute is not None
    opens, values, _ = lived.market.bars.query(0, minute, mark=True)
    second = opens == (lived.market.start_ns // MINUTE_NS + 1) * MINUTE_NS
    times = lived.market.start_ns + 100_000_000 * np.arange(1, len(lived.marks) + 1)
    opened = int(opens[second][0])
    inside = (times > opened) & (times <= opened + MINUTE_NS)
    assert values[HIGH, second][0] == pytest.approx(lived.marks[inside, 0].max(), rel=1e-4)
    assert values[LOW, second][0] == pytest.approx(lived.marks[inside, 0].min(), rel=1e-4)


def test_dated_contracts_begin_at_their_listing(lived: Lived) -> None:
    hour = parse_bar("1H")
    assert hour is not None
    weekly = lived.market.contracts[1]
    opens, _, _ = lived.market.bars.query(1, hour, mark=False)
    assert opens[0] == weekly.listed_ns
    start, lots, _ = lived.market.records.rows(1, hour, 5 * 86_400 * 10**9, lived.market.now_ns)
    assert start[0] >= weekly.listed_ns
    assert (lots > 0).all()
