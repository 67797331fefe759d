"""The exchange as a process: its sockets, its manners, each of its faults, and that it never outlives its parent."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from sim_scene import START_NS
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from liqtui.sim.process import Endpoints, SimulatorError, running
from liqtui.sim.server import serve
from liqtui.sim.settings import SimSettings

BTC = "BTC-USDT-SWAP"
MADE_S = 30.0
"""By then the market is made, on any machine; the first answer waits for it."""


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Endpoints]:
    with running(7) as there:
        httpx.get(f"{there['okx'].rest}/sim/truth", trust_env=False, timeout=MADE_S)
        yield there["okx"]


@contextlib.asynccontextmanager
async def client(url: str, *channels: str) -> AsyncIterator[ClientConnection]:
    """A connection that listens to channels of BTC; waits while the exchange finds connections too frequent."""
    for _ in range(20):
        try:
            socket = await connect(url, compression=None, proxy=None)
            break
        except InvalidStatus as refused:
            if refused.response.status_code != 429:
                raise
            await asyncio.sleep(0.2)
    try:
        if channels:
            arguments = [{"channel": channel, "instId": BTC} for channel in channels]
            await socket.send(json.dumps({"op": "subscribe", "args": arguments}))
        yield socket
    finally:
        await socket.close()


async def hear(socket: ClientConnection, seconds: float) -> list[str | bytes]:
    """Everything that arrives in a time."""
    heard: list[str | bytes] = []
    with contextlib.suppress(TimeoutError, ConnectionClosed):
        async with asyncio.timeout(seconds):
            while True:
                heard.append(await socket.recv())
    return heard


async def listen_on(socket: ClientConnection) -> None:
    """Until it is closed; a second of silence is an error."""
    while True:
        await asyncio.wait_for(socket.recv(), 1.0)


def parsed(heard: list[str | bytes]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in heard if text != "pong"]


async def fault(endpoints: Endpoints, kind: str, seconds: float = 0.5) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{endpoints.rest}/sim/fault", params={"kind": kind, "seconds": str(seconds)})
    assert answer.status_code == 200


def books(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [f["data"][0] | {"action": f["action"]} for f in frames if "action" in f]


def breaks(updates: list[dict[str, Any]]) -> int:
    return sum(b["prevSeqId"] != a["seqId"] for a, b in itertools.pairwise(updates))


async def test_a_subscription_is_acknowledged_and_then_speaks(endpoints: Endpoints) -> None:
    frames: list[dict[str, Any]] = []
    async with client(endpoints.ws, "books", "trades", "mark-price") as socket, asyncio.timeout(MADE_S):
        while len(books(frames)) < 4:
            frames += parsed([await socket.recv()])
    acks = [f["arg"] for f in frames if f.get("event") == "subscribe"]
    assert acks == [{"channel": c, "instId": BTC} for c in ("books", "trades", "mark-price")]
    assert all(f["connId"] for f in frames if "event" in f)
    first, *updates = books(frames)
    assert first["action"] == "snapshot"
    assert (first["prevSeqId"], first["checksum"]) == (-1, 0)
    assert 350 < len(first["bids"]) <= 400  # a level that was just eaten is not there
    assert {u["action"] for u in updates} == {"update"}
    assert breaks([first, *updates]) == 0


async def test_unknown_keys_are_stripped_and_unknown_things_refused(endpoints: Endpoints) -> None:
    asked = [
        {"channel": "liquidation-orders", "instType": "SWAP", "instFamily": "BTC-USDT"},
        {"channel": "liquidation-orders", "instId": BTC},
        {"channel": "candle1m", "instId": BTC},
        {"channel": "trades", "instId": "BTC-USDT-990101"},
    ]
    async with client(endpoints.ws) as socket:
        await socket.send(json.dumps({"op": "subscribe", "args": asked}))
        ack, *errors = [f for f in parsed(await hear(socket, 0.3)) if "event" in f]
    assert ack["arg"] == {"channel": "liquidation-orders", "instType": "SWAP"}
    assert [(e["event"], e["code"]) for e in errors] == [("error", "60018")] * 3


async def test_unsubscribing_silences_a_channel_and_a_new_subscription_brings_a_snapshot(endpoints: Endpoints) -> None:
    argument = {"channel": "books", "instId": BTC}
    async with client(endpoints.ws, "books") as socket:
        await hear(socket, 0.2)
        await socket.send(json.dumps({"op": "unsubscribe", "args": [argument]}))
        await hear(socket, 0.2)
        assert await hear(socket, 0.3) == []
        await socket.send(json.dumps({"op": "subscribe", "args": [argument]}))
        assert books(parsed(await hear(socket, 0.3)))[0]["action"] == "snapshot"


async def test_whoever_subscribes_when_gets_a_snapshot_that_the_next_update_continues(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books"), client(endpoints.ws) as late:
        for _ in range(5):
            argument = {"channel": "books", "instId": BTC}
            await late.send(json.dumps({"op": "subscribe", "args": [argument]}))
            assert breaks(books(parsed(await hear(late, 0.13)))) == 0
            await late.send(json.dumps({"op": "unsubscribe", "args": [argument]}))
            await hear(late, 0.02)


async def test_ping_is_answered_pong_and_nonsense_with_an_error(endpoints: Endpoints) -> None:
    async with client(endpoints.ws) as socket:
        await socket.send("ping")
        assert await socket.recv() == "pong"
        await socket.send("nonsense")
        assert json.loads(await socket.recv())["code"] == "60012"


async def test_connections_are_limited_to_three_a_second(endpoints: Endpoints) -> None:
    await asyncio.sleep(1.0)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(connect(endpoints.ws, proxy=None))
        with pytest.raises(InvalidStatus) as refused:
            await connect(endpoints.ws, proxy=None)
    assert refused.value.response.status_code == 429


async def test_rest_and_truth_are_served_on_the_same_port(endpoints: Endpoints) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        listing = await http.get(f"{endpoints.rest}/api/v5/public/instruments", params={"instType": "FUTURES"})
        truth = await http.get(f"{endpoints.rest}/sim/truth", params={"instId": BTC})
        nothing = await http.get(f"{endpoints.rest}/sim/fault", params={"kind": "meteor"})
    assert len(listing.json()["data"]) == 4
    assert len(truth.json()["positions"]["liquidation"]) > 1_000
    assert nothing.status_code == 400


async def test_drop_closes_the_sockets_and_welcomes_new_ones(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books") as socket:
        await fault(endpoints, "drop", 0.0)
        with pytest.raises(ConnectionClosedError):
            await listen_on(socket)
    async with client(endpoints.ws, "books") as socket:
        assert books(parsed(await hear(socket, 0.3)))


async def test_stall_sends_nothing_at_all_and_leaves_a_hole_in_the_book(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books") as socket:
        before = books(parsed(await hear(socket, 0.3)))
        await fault(endpoints, "stall", 0.9)
        before += books(parsed(await hear(socket, 0.1)))
        await socket.send("ping")
        assert await hear(socket, 0.25) == []
        after = await hear(socket, 0.9)
    assert "pong" in after
    assert breaks(before + books(parsed(after))) == 1


async def test_mute_answers_but_sends_no_data(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books") as socket:
        await fault(endpoints, "mute", 0.9)
        await hear(socket, 0.1)
        await socket.send("ping")
        await socket.send(json.dumps({"op": "subscribe", "args": [{"channel": "trades", "instId": BTC}]}))
        pong, ack = await hear(socket, 0.25)
        assert pong == "pong"
        assert json.loads(ack)["event"] == "subscribe"
        assert books(parsed(await hear(socket, 0.9)))


async def test_gap_leaves_out_one_sequence_number(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books") as socket:
        heard = await hear(socket, 0.3)
        await fault(endpoints, "gap")
        heard += await hear(socket, 0.6)
    assert breaks(books(parsed(heard))) == 1


async def test_malformed_frames_come_between_sound_ones(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books") as socket:
        await fault(endpoints, "malformed", 0.9)
        heard = await hear(socket, 0.8)
        await fault(endpoints, "none")
    broken = sum(not str(text).startswith('{"arg":{') or str(text).endswith("-S") for text in heard)
    whole = [text for text in heard if str(text).startswith('{"arg":{') and str(text).endswith("}]}")]
    assert broken >= 3
    assert breaks(books(parsed(whole))) == 0


async def test_refuse_closes_what_is_open_and_answers_503(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books") as socket:
        await fault(endpoints, "refuse")
        with pytest.raises(ConnectionClosedError):
            await listen_on(socket)
    with pytest.raises(InvalidStatus) as refused:
        await connect(endpoints.ws, proxy=None)
    assert refused.value.response.status_code == 503
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{endpoints.rest}/api/v5/public/instruments", params={"instType": "SWAP"})
    assert answer.status_code == 503
    await fault(endpoints, "none")


async def test_slow_trickles_and_catches_up_whole(endpoints: Endpoints) -> None:
    async with client(endpoints.ws, "books") as socket:
        heard = await hear(socket, 0.3)
        await fault(endpoints, "slow")
        began = time.monotonic()
        heard += await hear(socket, 0.4)
        slow = len(books(parsed(heard)))
        heard += await hear(socket, 0.7)
    assert slow < 10 * (time.monotonic() - began)
    assert breaks(books(parsed(heard))) == 0


async def test_an_idle_client_is_closed_with_4004() -> None:
    async with (
        serve(SimSettings(seed=1, start_ns=START_NS, idle_s=0.4)) as exchange,
        connect(exchange.ws_url, proxy=None) as socket,
    ):
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 3.0)
        assert exchange.market.number(BTC) == 0
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4004, "No data received in 30s.")


def test_it_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", "import time\nfrom liqtui.sim.process import running\n"
         "with running(1) as there: print(there['okx'].rest, flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE, text=True,
    )
    with parent:
        assert parent.stdout is not None
        rest = parent.stdout.readline().strip()
        try:
            assert httpx.get(f"{rest}/sim/truth?instId={BTC}", trust_env=False, timeout=MADE_S).status_code == 200
        finally:
            os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5.0
    while serving(rest) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not serving(rest)


def serving(rest: str) -> bool:
    try:
        return httpx.get(f"{rest}/sim/fault", trust_env=False).status_code == 400
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        return False


def test_a_simulator_that_cannot_start_says_why() -> None:
    with pytest.raises(SimulatorError, match="invalid int value"), running(7, "--port", "x"):
        pass
