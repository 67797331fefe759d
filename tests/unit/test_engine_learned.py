"""A run begins with what the one before has learned, its own or its venue's, and keeps what it learns."""

from pathlib import Path

import numpy as np
import pytest
from engine_scene import NAME, SECOND, SYMBOL, T0, engine, instrument, mark, shown
from ladder_scene import LEARNED_NS, MINUTE, crowd, kept, learned, learner

from liqtui.engine import Engine
from liqtui.events import (
    Ack,
    Event,
    FeedState,
    FeedStatus,
    Follow,
    Gap,
    Learned,
    Liquidation,
    Listing,
    OpenInterest,
    Side,
)
from liqtui.feeds.ladders import LadderFiles
from liqtui.feeds.shelf import Shelf
from liqtui.instruments import Instrument
from liqtui.keeping import EVERY_S, Keeper
from liqtui.venues import load
from liqtui.view import LadderView

ETH = "ETH-USDT-SWAP"


def other(symbol: str, family: str, expiry_ns: int | None = None) -> Instrument:
    made = instrument(symbol, expiry_ns)
    return Instrument(**{name: getattr(made, name) for name in made.__struct_fields__} | {"family": family})


def begun(symbol: str, *notes: Learned, listed: tuple[Instrument, ...] = ()) -> Engine:
    """Follows one instrument, is told of ladders, and has a mark."""
    made = Engine([load("okx")])
    made.take("okx", T0, [Listing("okx", list(listed) or [instrument()], T0)])
    made.take("okx", T0, [Follow(symbol, True)])
    for note in notes:
        made.take("okx", T0, [note])
    made.take("okx", T0, [mark(T0, 60_000), OpenInterest(SYMBOL, T0, T0, 1_000.0)])
    made.advance(T0 + SECOND)
    return made


def ladder(made: Engine, name: str = NAME) -> LadderView:
    view = shown(made, name).ladder
    assert view is not None
    return view


def off(shares: LadderView, leverage: float) -> float:
    """How far a ladder's shape is from that of a crowd at this leverage: 0 alike, 2 apart."""
    return float(np.abs(shares.mean[0] / shares.mean[0].sum() - crowd(leverage) / 0.6).sum())


def test_what_was_learned_is_taken_up_and_drawn_with() -> None:
    fresh, again = begun(SYMBOL), begun(SYMBOL, learned(SYMBOL))
    assert ladder(fresh).learned_ns is None
    assert ladder(again).learned_ns == LEARNED_NS
    assert ladder(again).events == pytest.approx(float(learner().ladders.events.sum()), rel=1e-5)
    assert off(ladder(again), 50.0) < 0.3 < off(ladder(fresh), 50.0)
    pipeline = again.pipeline(NAME)
    assert pipeline is not None
    assert pipeline.estimate.stock is not None
    drawn = pipeline.estimate.stock.middle.weights.sum(axis=1)
    assert drawn == pytest.approx([0.7, 0.7], abs=0.02), "of OKX the level is assumed"


def test_a_new_contract_starts_from_the_saved_ladder_of_its_familys_perpetual() -> None:
    dated = instrument("BTC-USDT-261225", T0 + 10**17)
    notes = learned(SYMBOL, leverage=50.0), learned(ETH, leverage=8.0, steps=600)
    listed = (instrument(), dated, other(ETH, "ETH-USDT"))
    made = begun(dated.symbol, *notes, listed=listed)
    made.take("okx", T0 + SECOND, [mark_of(dated.symbol, T0 + SECOND)])
    made.advance(T0 + 2 * SECOND)
    begin = ladder(made, dated.name)
    assert begin.learned_ns is None, "it has learned nothing itself"
    assert off(begin, 50.0) < 0.4
    assert off(begin, 50.0) < 0.5 * off(begin, 8.0)


def test_without_a_relative_it_starts_from_the_one_of_most_events_and_not_from_one_that_saw_hardly_any() -> None:
    listed = (other("DOGE-USDT-SWAP", "DOGE-USDT"), other(ETH, "ETH-USDT"), other("SOL-USDT-SWAP", "SOL-USDT"))
    much, little = learned(ETH, leverage=8.0, steps=600), learned("SOL-USDT-SWAP", leverage=50.0, steps=5)

    def start(*notes: Learned) -> LadderView:
        made = begun("DOGE-USDT-SWAP", *notes, listed=listed)
        made.take("okx", T0 + SECOND, [mark_of("DOGE-USDT-SWAP", T0 + SECOND)])
        made.advance(T0 + 2 * SECOND)
        return ladder(made, "okx:DOGE-USDT-SWAP")

    assert off(start(little, much), 8.0) < 0.4
    assert (start(little).mean == start().mean).all()


def mark_of(symbol: str, time_ns: int) -> Event:
    moved = mark(time_ns, 60_000)
    return type(moved)(symbol, time_ns, time_ns, 60_000)


@pytest.mark.parametrize("broken", [
    Learned(SYMBOL, T0, [2.0], "0"),
    Learned(SYMBOL, T0, [], ""),
    Learned(SYMBOL, T0, [float(i) for i in range(100_000)], ""),
    Learned(SYMBOL, T0, [2.0] * 24, "0"),
    Learned(SYMBOL, T0, learned(SYMBOL).rungs, "no base85 at all \x00"),
    Learned(SYMBOL, T0, learned(SYMBOL).rungs, learned(SYMBOL).state[:-5]),
], ids=["one rung", "no rung", "too many", "all alike", "no numbers", "cut off"])
def test_a_ladder_of_another_model_is_left_alone(broken: Learned) -> None:
    assert ladder(begun(SYMBOL, broken)).mean.tolist() == ladder(begun(SYMBOL)).mean.tolist()


# --- a live session keeps it ----------------------------------------------------------------------------------------


def minutes(made: Engine, count: int, *, holes: bool = False) -> None:
    """The mark swings by 1 %, 2 BTC are reported liquidated every 20 s. `holes`: every minute lacks some trades."""
    made.take("okx", T0 + SECOND, [Ack("liquidation-orders:SWAP"), FeedStatus("okx", "okx/1", T0, FeedState.LIVE, "")])
    for second in range(2, count * 60):
        at = T0 + second * SECOND
        made.take("okx", at, [mark(at, 60_000 * (1 + 0.01 * np.sin(second / 20)))])
        if holes and second % 60 == 30:
            made.take("okx", at, [Gap(SYMBOL, f"trades:{SYMBOL}", at, "fell silent")])
        if second % 20 == 0:
            made.take("okx", at, [Liquidation(SYMBOL, at, at, Side(second // 20 % 2), 2.0, 60_000)])
    made.advance(T0 + count * MINUTE)


def test_a_minute_with_a_hole_in_it_teaches_nothing() -> None:
    whole, holed = begun(SYMBOL), begun(SYMBOL)
    minutes(whole, 5)
    minutes(holed, 5, holes=True)
    assert ladder(whole).learned_ns is not None
    assert ladder(holed).learned_ns is None


def lived() -> Engine:
    made = begun(SYMBOL)
    minutes(made, 4)
    return made


def test_what_a_session_learns_is_on_disk_when_it_closes_and_the_next_begins_with_it(tmp_path: Path) -> None:
    files = LadderFiles(tmp_path)
    files.save("okx", [kept(ETH)])
    made = lived()
    Keeper(made, Shelf(files, ["okx"])).close(ended=True)
    saved = {one.learned.symbol: one for one in files.load("okx")[0]}
    assert saved.keys() == {SYMBOL, ETH}
    assert saved[SYMBOL].learned.time_ns == ladder(made).learned_ns
    assert saved[SYMBOL].events == pytest.approx(ladder(made).events)
    again = begun(SYMBOL, *Shelf(files, ["okx"]).start_of(instrument()))
    # float32 in the file: seven figures.
    assert ladder(again).mean == pytest.approx(ladder(made).mean, rel=1e-4)
    assert ladder(again).learned_ns == ladder(made).learned_ns


def test_it_is_saved_every_ten_minutes_and_when_an_instrument_is_given_up(tmp_path: Path) -> None:
    files, now = LadderFiles(tmp_path), [0.0]
    made = lived()
    stock = Shelf(files, ["okx"])
    keeper = Keeper(made, stock, clock=lambda: now[0])
    for now[0] in (1.0, EVERY_S - 1.0):
        keeper.advance(T0)
    stock.wait()
    assert files.venues() == []
    now[0] = EVERY_S
    for _ in range(4):
        keeper.advance(T0)
    stock.wait()
    assert files.venues() == ["okx"]
    keeper.hear([Follow(SYMBOL, False)])
    assert [one.time_ns for one in stock.start_of(instrument())] == [ladder(made).learned_ns]


def test_trouble_with_the_file_is_told_among_the_problems(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "okx.json").write_text("{")
    made = begun(SYMBOL)
    Keeper(made, Shelf(LadderFiles(folder), ["okx"])).advance(T0)
    problem = shown(made).health.problems[-1]
    assert "learned ladders not read from okx.json" in problem.words
    assert problem.time_ns == T0


def test_an_engine_that_follows_nothing_has_learned_nothing() -> None:
    assert list(engine().learned()) == []
