"""A dated contract ends: nobody holds it any more, nobody was liquidated for it, and the wire says so."""

import json
import time
import urllib.request
from dataclasses import replace

import numpy as np
import pytest
from sim_ear import Ear

from liqtui.sim.contracts import contracts
from liqtui.sim.faces._okx_rest import Rest
from liqtui.sim.faces.okx import Okx
from liqtui.sim.market import Market
from liqtui.sim.process import running
from liqtui.sim.regimes import REGIMES
from liqtui.sim.settings import SimSettings
from liqtui.sim.truth import positions

HOUR_NS = 3_600 * 10**9
FULL_HOUR_NS = 1_791_547_200 * 10**9
"""2026-10-09 12:00 UTC."""


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Market:
    """Twenty seconds before the near contract ends."""
    monkeypatch.setitem(REGIMES, "expiry", replace(REGIMES["expiry"], expires_h=0.0))
    settings = SimSettings(seed=3, regime="expiry", step_ns=10**9, lean=True)
    return Market(settings, FULL_HOUR_NS - 20 * 10**9)


def test_the_regime_starts_a_couple_of_hours_from_the_end() -> None:
    near = contracts(FULL_HOUR_NS + 1, REGIMES["expiry"].expires_h)[1]
    assert near.expiry_ns is not None
    assert 2 * HOUR_NS < near.expiry_ns - FULL_HOUR_NS <= 4 * HOUR_NS
    assert near.expiry_ns % HOUR_NS == 0


def test_at_its_expiry_a_contract_is_settled_neither_closed_nor_liquidated(market: Market) -> None:
    number, symbol = market.subject, market.contracts[market.subject].symbol
    for _ in range(20):
        market.step()
    assert market.open_interest[number] > 0
    assert len(positions(market, symbol).size) > 100
    before = len([f for f in market.liquidations if f.contract == number])
    other, mark = market.open_interest[0], market.marks[number]
    step = market.step()
    assert step.settled == [number]
    assert market.settled.tolist() == [c.number == number for c in market.contracts]
    assert market.open_interest[number] == 0
    assert len(positions(market, symbol).size) == 0
    assert len([f for f in market.liquidations if f.contract == number]) == before
    later = [market.step() for _ in range(30)]
    assert all(one.tapes[number] is None for one in [step, *later])
    assert market.open_interest[number] == 0
    assert market.marks[number] == mark
    assert abs(market.open_interest[0] - other) < 0.05 * other  # the perpetual goes on
    assert (market.crowd.makers.sum(axis=1) + market.crowd.held[0] - market.crowd.held[1] == 0).all()


def test_the_wire_says_expired_and_the_listing_forgets_it(market: Market) -> None:
    publisher, rest, ear = Okx(market), Rest(market), Ear()
    symbol = market.contracts[market.subject].symbol
    for topic in (("instruments", "FUTURES"), ("books", symbol), ("mark-price", symbol), ("trades", symbol)):
        publisher.add(ear, topic)
    listed = rest.answer("public/instruments", {"instType": "FUTURES"}, 0.0)
    assert f'"instId":"{symbol}"' in listed.body
    for _ in range(20):
        publisher.deliver(publisher.frames(market.step()))
    ear.texts.clear()
    publisher.deliver(publisher.frames(market.step()))
    said = [text for text in ear.texts if '"channel":"instruments"' in text]
    assert len(said) == 1
    assert f'"instId":"{symbol}"' in said[0]
    assert '"state":"expired"' in said[0]
    ear.texts.clear()
    for _ in range(10):
        publisher.deliver(publisher.frames(market.step()))
    assert ear.texts == []  # no book, no mark, no trade of what has ended
    assert rest.answer("public/instruments", {"instType": "FUTURES"}, 5.0).body == '{"code":"0","data":[],"msg":""}'
    assert publisher.understood({"channel": "books", "instId": symbol}) is None


def test_positions_are_what_the_books_held(market: Market) -> None:
    gone = market.crowd.positions
    rows = gone.open_rows
    mine = rows[gone.contract[rows] == market.subject]
    held = market.crowd.held[:, market.subject].copy()
    exits = market.crowd.settle(market.subject)
    assert len(exits.lots) == len(mine)
    sides = [float(exits.lots[exits.sign == s].sum()) for s in (1.0, -1.0)]
    assert sides == held.tolist()
    assert np.isnan(exits.trigger).all()


def test_the_exchange_can_be_asked_for_a_regime() -> None:
    with running(3, "--regime", "expiry") as there:
        listed = json.load(urllib.request.urlopen(f"{there['okx'].rest}/api/v5/public/instruments?instType=FUTURES"))
    left_h = [int(row["expTime"]) / 3.6e6 - time.time() / 3_600 for row in listed["data"]]
    assert 2 < min(left_h) < 4
