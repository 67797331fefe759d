"""What is particular to one simulated venue: public positions, routes, whole requests, a rhythm."""

import numpy as np
import pytest
from face_scene import SECONDS, heard
from sim_ear import Ear

from liqtui.events import Liquidation, Mark, OpenInterest, Pong, Position, Positions, Refusal, Side, Trade
from liqtui.sim.faces.hyperliquid import Hyperliquid
from liqtui.sim.truth import positions
from liqtui.venues.base import PublicPositions


def test_what_addresses_hold_on_hyperliquid_is_the_whole_open_interest_and_the_truth() -> None:
    """Every holder's answer, asked of one venue: longs equal shorts, and both are what the contract says is open."""
    one = heard()["hyperliquid"]
    assert isinstance(one.face, Hyperliquid)
    assert isinstance(one.venue, PublicPositions)
    contract = one.market.contracts[0]
    addresses, sizes = one.face.people.holders(contract.number)
    held: dict[str, Position] = {}
    for address in addresses:
        one.clock_s += 60.0
        (told,) = one.ask(one.venue.positions_request(address))
        assert isinstance(told, Positions)
        for position in told.positions:
            if position.symbol == contract.symbol:
                held[address] = position
    longs, shorts = (sum(p.size for p in held.values() if p.side is side) for side in (Side.LONG, Side.SHORT))
    assert longs == pytest.approx(shorts)
    assert longs == pytest.approx(float(one.market.open_interest[contract.number]) * contract.lot)
    signed = {address: size for address, size in zip(addresses, sizes.tolist(), strict=True) if size}
    assert {a: p.size * (1 if p.side is Side.LONG else -1) for a, p in held.items()} == pytest.approx(signed)
    true = positions(one.market, contract.symbol)
    reachable = (true.liquidation > 0) & np.isfinite(true.liquidation)
    prices = sorted(p.liquidation for p in held.values() if p.liquidation is not None)
    assert prices == pytest.approx(sorted(true.liquidation[reachable].tolist()), rel=1e-9)
    assert all(p.leverage == int(p.leverage) <= 40 for p in held.values())


def test_who_trades_on_hyperliquid_is_named_and_who_opened_is_found_holding() -> None:
    one = heard()["hyperliquid"]
    assert isinstance(one.face, Hyperliquid)
    assert isinstance(one.venue, PublicPositions)
    trades = [e for e in one.events if isinstance(e, Trade)]
    assert all(t.parties is not None for t in trades)
    seen = {address for t in trades for address in t.parties or ()}
    table, start_ns = one.market.crowd.positions, one.market.start_ns
    until_ns = one.market.now_ns - 2 * 10**8
    young = [row for row in table.open_rows.tolist() if start_ns <= table.opened_ns[row] < until_ns]
    assert len(young) > 3
    assert {one.face.people.addresses[row] for row in young} <= seen
    ids = [t.id for t in trades]
    assert len(set(ids)) == len(ids)


def test_a_new_subscriber_of_hyperliquid_is_told_old_trades_again() -> None:
    one = heard()["hyperliquid"]
    late = Ear("/ws")
    one.face.hear(late, '{"method":"subscribe","subscription":{"type":"trades","coin":"BTC"}}', 0.0)
    (text,) = late.texts
    replayed = one.venue.decode(text, one.market.now_ns, one.listed)
    known = {e.id for e in one.events if isinstance(e, Trade)}
    assert len(replayed) == 30
    assert {e.id for e in replayed if isinstance(e, Trade)} <= known
    one.face.forget(late)


def test_a_binance_stream_on_the_wrong_route_is_acknowledged_and_silent() -> None:
    one = heard()["binance"]
    lost = Ear("/public/stream")
    one.face.hear(lost, '{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":7}', 0.0)
    one.face.hear(lost, '{"method":"LIST_SUBSCRIPTIONS","id":8}', 0.0)
    assert lost.answers == ['{"result":null,"id":7}', '{"result":["btcusdt@aggTrade"],"id":8}']
    assert lost.topics == set()
    one.face.forget(lost)


def test_one_wrong_topic_fails_the_whole_request_at_bybit() -> None:
    one = heard()["bybit"]
    ear = Ear("/v5/public/linear")
    one.face.hear(ear, '{"req_id":"a","op":"subscribe","args":["tickers.BTCUSDT","orderbook.500.BTCUSDT"]}', 0.0)
    one.face.hear(ear, '{"req_id":"b","op":"ping"}', 0.0)
    (refusal,), (pong,) = (one.venue.decode(text, 0, one.listed) for text in ear.answers)
    assert refusal == Refusal("a", "subscribe", "error:handler not found,topic:orderbook.500.BTCUSDT")
    assert type(pong) is Pong
    assert ear.topics == set()


def test_okx_tells_marks_five_times_a_second_open_interest_every_three_and_each_liquidation_it_reports() -> None:
    one = heard()["okx"]
    marks = [e for e in one.events if isinstance(e, Mark) and e.symbol == "BTC-USDT-SWAP"]
    interest = [e for e in one.events if isinstance(e, OpenInterest) and e.symbol == "BTC-USDT-SWAP"]
    assert len(marks) == pytest.approx(5 * SECONDS, abs=5)
    assert len(interest) == pytest.approx(SECONDS / 3, abs=2)
    seen = [e for e in one.events if isinstance(e, Liquidation)]
    assert len(seen) == len(one.reported) > 5
    for event, forced in zip(seen, one.reported, strict=True):
        contract = one.market.contracts[forced.contract]
        assert (event.symbol, event.time_ns) == (contract.symbol, forced.time_ns)
        assert event.side is (Side.LONG if forced.side == 0 else Side.SHORT)
        assert event.size == pytest.approx(forced.lots * contract.lot)
