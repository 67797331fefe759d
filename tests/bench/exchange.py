"""A venue with hundreds of perpetuals that speaks OKX's wire on loopback: listing, a page of history each, marks, open
interest, funding and trades.

`python exchange.py INSTRUMENTS RATE` prints its two URLs as JSON and serves until stdin closes; for a line there it
prints how many frames it has sent. Processes of its own, so that the receiver's CPU time is the receiver's alone. Every
contract has five marks a second; trades make up the rest of RATE events a second, the first contracts having most of
them. Each event is a frame of its own; those of 10 ms leave together, for one packet each would cost the sender more
than there is.
"""

import contextlib
import itertools
import json
import math
import os
import random
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

TICK_S, MARKS_S, INTEREST_S, FUNDING_S = 0.01, 0.2, 3.0, 30.0
PER_ROOT_S = 2.5e-4
"""Standard deviation of log price in a second."""
PERIODS_MS = {"1Dutc": 86_400_000, "1H": 3_600_000, "5m": 300_000, "1m": 60_000}
DATED = {"instId": "BTC-USDT-291228", "instType": "FUTURES", "expTime": "1861603200000"}
"""A listing without a future is none of OKX's."""
Topic = tuple[str, str]


class Contract:
    """One linear perpetual and its price."""

    def __init__(self, number: int) -> None:
        self.coin = "BTC" if number == 0 else f"C{number:03}"
        self.symbol = f"{self.coin}-USDT-SWAP"
        self.price = 60_000.0 if number == 0 else 1_000.0 / (number + 1)
        self.interest = 2e8 / self.price / (number + 1)
        """In contracts of one coin."""
        self.share = 1.0 / (number + 1)
        """Of the trades, relative to the first."""
        self.rng = random.Random(number)

    def listed(self) -> dict[str, str]:
        return {
            "instId": self.symbol, "instType": "SWAP", "uly": f"{self.coin}-USDT", "instFamily": f"{self.coin}-USDT",
            "settleCcy": "USDT", "ctVal": "1", "ctMult": "1", "ctType": "linear", "lever": "50", "state": "live",
            "tickSz": f"{10.0 ** (math.floor(math.log10(self.price)) - 4):.8f}",
        }  # fmt: skip

    def walk(self, seconds: float) -> None:
        self.price *= math.exp(self.rng.gauss(0.0, PER_ROOT_S * math.sqrt(seconds)))

    def candles(self, period_ms: int, count: int, now_ms: int, *, volume: bool) -> list[list[str]]:
        """Closed bars, newest first, that end at the price of now; a day turns the open interest over once."""
        rng, price, rows = random.Random(self.symbol), self.price, []
        spread = PER_ROOT_S * math.sqrt(period_ms / 1e3)
        traded = self.interest * period_ms / 86_400_000
        for bar in range(1, count + 1):
            before = price * math.exp(rng.gauss(0.0, spread))
            ends = sorted((price, before))
            prices = before, ends[1] * (1 + spread / 2), ends[0] * (1 - spread / 2), price
            sizes = [f"{traded:.3f}", "0", "0"] if volume else []
            opened = now_ms // period_ms * period_ms - bar * period_ms
            rows.append([str(opened), *(f"{p:.9g}" for p in prices), *sizes, "1"])
            price = before
        return rows


class Listener:
    """One socket: what it asked for is acknowledged, then sent."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._frames: deque[bytes] = deque()

    def put(self, text: str) -> None:
        """Queue a frame. Whole frames go past the library, which has nothing else to send on this socket."""
        body = text.encode()
        size = len(body)
        head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
        self._frames.append(head + body)

    def flush(self) -> int:
        """Send what is queued; how many frames that were."""
        frames = [self._frames.popleft() for _ in range(len(self._frames))]
        if frames:
            with contextlib.suppress(OSError):
                self._socket.socket.sendall(b"".join(frames))
        return len(frames)


class Exchange:
    """Its contracts, and who listens to what."""

    def __init__(self, instruments: int) -> None:
        self.contracts = [Contract(number) for number in range(instruments)]
        self._by_symbol = {one.symbol: one for one in self.contracts}
        self._topics: dict[Topic, Listener] = {}
        self._listeners: set[Listener] = set()
        self.sent = 0
        """Frames that sockets have taken."""

    # --- the socket -----------------------------------------------------------------------------------------------

    def talk(self, socket: ServerConnection) -> None:
        """Acknowledge what is asked for, and answer pings."""
        listener = Listener(socket)
        self._listeners.add(listener)
        with contextlib.suppress(ConnectionClosed):
            for text in socket:
                if text == "ping":
                    listener.put("pong")
                    continue
                asked = json.loads(text)
                for argument in asked["args"]:
                    topic = argument["channel"], argument.get("instId", argument.get("instType", ""))
                    listener.put(json.dumps({"event": asked["op"], "arg": argument}))
                    if asked["op"] == "subscribe":
                        self._topics[topic] = listener
                    else:
                        self._topics.pop(topic, None)
        self._listeners.discard(listener)

    def send_for_ever(self, rate: float) -> None:
        """`rate` events a second in all. What it is late for is not made up for."""
        trades, owed, due = self._traders(), 0.0, time.perf_counter()
        regular = len(self.contracts) * (1 / MARKS_S + 1 / INTEREST_S + 1 / FUNDING_S)
        for beat in itertools.count():
            for one in self._due(beat, MARKS_S):
                one.walk(MARKS_S)
                self._send("mark-price", one, f'"instType":"SWAP","markPx":"{one.price:.9g}"')
            for one in self._due(beat, INTEREST_S):
                one.interest *= math.exp(one.rng.gauss(0.0, 2e-4))
                self._send("open-interest", one, f'"instType":"SWAP","oi":"{one.interest:.3f}"')
            for one in self._due(beat, FUNDING_S):
                hour = time.time_ns() // 3_600_000_000_000 + 1
                times = f'"fundingTime":"{hour * 3_600_000}","nextFundingTime":"{(hour + 8) * 3_600_000}"'
                self._send("funding-rate", one, f'"fundingRate":"{one.rng.gauss(5e-5, 1e-4):.6f}",{times}')
            owed += max(rate - regular, 0.0) * TICK_S
            for _ in range(int(owed)):
                one, number = next(trades)
                side = "buy" if one.rng.random() < 0.5 else "sell"
                size = f'"px":"{one.price:.9g}","sz":"{one.rng.expovariate(1.0) * one.interest * 1e-6:.4f}"'
                self._send("trades", one, f'"tradeId":"{number}",{size},"side":"{side}","count":"1"')
            owed %= 1.0
            self.sent += sum(listener.flush() for listener in [*self._listeners])
            due = max(due + TICK_S, time.perf_counter() - 10 * TICK_S)
            time.sleep(max(due - time.perf_counter(), 0.0))

    def _traders(self) -> Iterator[tuple[Contract, int]]:
        rng, shares = random.Random(1), [one.share for one in self.contracts]
        for number in itertools.count(1):
            if number % 1000 == 1:
                chosen = rng.choices(self.contracts, shares, k=1000)
            yield chosen[number % 1000], number

    def _due(self, beat: int, every_s: float) -> list[Contract]:
        """Whose turn it is, so that each has its own every `every_s` and the beats share them evenly."""
        beats = round(every_s / TICK_S)
        return self.contracts[beat % beats :: beats]

    def _send(self, channel: str, one: Contract, fields: str) -> None:
        listener = self._topics.get((channel, one.symbol))
        if listener is not None:
            ms, symbol = time.time_ns() // 1_000_000, one.symbol
            listener.put(
                f'{{"arg":{{"channel":"{channel}","instId":"{symbol}"}},'
                f'"data":[{{"instId":"{symbol}",{fields},"ts":"{ms}"}}]}}'
            )

    # --- REST -----------------------------------------------------------------------------------------------------

    def answer(self, path: str, query: dict[str, str]) -> list[object]:
        """The rows of an answer; none where this venue has none."""
        if path == "/api/v5/public/instruments":
            if query["instType"] == "SWAP":
                return [one.listed() for one in self.contracts]
            return [self.contracts[0].listed() | DATED]
        one, now_ms = self._by_symbol.get(query.get("instId", "")), time.time_ns() // 1_000_000
        if one is None or "after" in query or "end" in query:
            return []
        match path.rpartition("/")[2]:
            case "candles":
                return [*one.candles(PERIODS_MS[query["bar"]], 300, now_ms, volume=True)]
            case "mark-price-candles":
                return [*one.candles(PERIODS_MS[query["bar"]], 100, now_ms, volume=False)]
            case "open-interest-history":
                period = PERIODS_MS[query["period"]]
                begun = now_ms // period * period
                return [[str(begun - n * period), f"{one.interest * (1 - n / 5_000):.3f}"] for n in range(1, 101)]
        return []


def handler(exchange: Exchange) -> type[BaseHTTPRequestHandler]:
    """Answers GETs for `exchange`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            rows = exchange.answer(parts.path, dict(parse_qsl(parts.query)))
            body = json.dumps({"code": "0", "msg": "", "data": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    return Handler


def main(instruments: int, rate: float) -> None:
    """Serve on free ports, REST from a process of its own: who sends all the time leaves no time for answers."""
    rest = ThreadingHTTPServer(("127.0.0.1", 0), handler(Exchange(instruments)))
    child = os.fork()
    if child == 0:
        rest.serve_forever()
    exchange = Exchange(instruments)
    with serve(exchange.talk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        for work in (server.serve_forever, lambda: exchange.send_for_ever(rate)):
            threading.Thread(target=work, daemon=True).start()
        urls = {
            "ws": f"ws://127.0.0.1:{server.socket.getsockname()[1]}/ws/v5/public",
            "rest": f"http://127.0.0.1:{rest.server_address[1]}",
        }  # fmt: skip
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        while os.read(0, 4096):
            sys.stdout.write(f"{exchange.sent}\n")
            sys.stdout.flush()
    os.kill(child, signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
