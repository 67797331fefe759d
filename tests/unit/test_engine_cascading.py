"""The cascade in a View: there when map and book are, at most once a second, and told in once --json."""

import numpy as np
import pytest
from engine_scene import SECOND, SYMBOL, T0, engine, instrument, mark, shown, trade
from msgspec import structs

from liqtui.engine import Engine
from liqtui.engine.cascading import Cascading
from liqtui.events import BookDelta, Level, OpenInterest
from liqtui.export.cascade import PERCENTS, cascade_json
from liqtui.liqmap.grid import WIDTH, bin_of
from liqtui.view import BookView, MapView

MARK = 60_000.0


def book(now_ns: int) -> BookDelta:
    """A contract on every dollar within 3 % of the mark."""
    bids = [Level(MARK - 0.5 - n, 100.0) for n in range(1_800)]
    asks = [Level(MARK + 0.5 + n, 100.0) for n in range(1_800)]
    return BookDelta(SYMBOL, now_ns, now_ns, bids, asks, 0.01, snapshot=True)


def lived(*, with_book: bool = True, with_interest: bool = True, seconds: int = 4) -> Engine:
    made = engine()
    for n in range(seconds * 4):
        now = T0 + n * SECOND // 4 + 1
        events = [mark(now, MARK), trade(now, MARK, 50.0)]
        made.take("okx", now, [*events, *([book(now)] if with_book else [])])
        if with_interest:
            made.take("okx", now, [OpenInterest(SYMBOL, now, now, 1_000.0 + n)])
    made.advance(T0 + seconds * SECOND)
    return made


def test_both_ways_are_worked_out_where_map_and_book_are_known() -> None:
    view = shown(lived())
    assert view.cascade is not None
    assert view.cascade.mark == MARK
    assert not view.cascade.level_known, "OKX's feed leaves liquidations out"
    for found in (view.cascade.sell, view.cascade.buy):
        assert len(found.trigger) in (239, 240)
        assert (found.forced >= 0).all()
        assert not found.end.flags.writeable


def test_without_a_book_or_an_open_interest_nothing_is_said() -> None:
    assert shown(lived(with_book=False)).cascade is None
    assert shown(lived(with_interest=False)).cascade is None


def test_it_is_worked_out_at_most_once_a_second() -> None:
    made = lived()
    first = shown(made).cascade
    assert shown(made).cascade is first
    made.take("okx", T0 + 6 * SECOND, [mark(T0 + 6 * SECOND, MARK), book(T0 + 6 * SECOND)])
    made.advance(T0 + 7 * SECOND)
    assert shown(made).cascade is not first


def scene(unit: float) -> tuple[MapView, BookView]:
    """A map and a book of `unit` units a bin."""
    bins, first = 1_024, bin_of(MARK) - 512
    mass = np.full((2, 1, bins), unit, np.float32)
    mass[0, :, 513:], mass[1, :, :512] = 0.0, 0.0
    longs, shorts = mass[:, 0]
    return MapView(WIDTH, first, (10.0,), mass, (0.0, 0.0), (1.0, 1.0), False), BookView(first, longs * 4, shorts * 4)


def test_an_inverse_contract_is_reckoned_in_coins() -> None:
    """60,000 USD of face a bin is a coin a bin at 60,000: 20 coins lie within 1 %, and the walk sweeps some more."""
    found = {}
    for inverse, unit in ((False, 1.0), (True, MARK)):
        made = Cascading(structs.replace(instrument(), inverse=inverse), sampled=False)
        told = made.read(T0, MARK, MARK, *scene(unit))
        assert told is not None
        one = told.sell.at(MARK * 0.99)
        assert one is not None
        found[inverse] = one
    assert 20.0 < found[False].forced < 25.0
    assert found[True].forced == pytest.approx(found[False].forced, rel=0.02)
    assert found[True].end == pytest.approx(found[False].end, rel=1e-4)


def test_json_tells_round_distances_and_the_first_runaway() -> None:
    told = cascade_json(shown(lived()).cascade)
    assert told is not None
    assert list(told) == ["mark", "level_known", "kept", "stands", "sell", "buy"]
    sell = told["sell"]
    assert isinstance(sell, dict)
    triggers = sell["triggers"]
    assert [-row["distance_pct"] for row in triggers] == list(PERCENTS)
    assert set(triggers[0]) == {
        "trigger", "distance_pct", "forced", "end", "amplification", "runaway", "extrapolated",
    }
    assert triggers[-1]["extrapolated"], "10 % lies beyond a book of 3 %"
    assert not triggers[0]["extrapolated"]
    assert [row["end"] <= row["trigger"] for row in triggers] == [True] * len(PERCENTS)
    assert cascade_json(None) is None
