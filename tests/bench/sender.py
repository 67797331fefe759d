"""A venue that does nothing but send: trades, one frame and one packet each, at an even rate.

`python sender.py RATE` prints its URL and serves until stdin closes. A process of its own, so that the receiver's CPU
time is the receiver's alone.
"""

import json
import os
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

FRAME = (
    '{{"arg":{{"channel":"trades","instId":"{symbol}"}},"data":[{{"instId":"{symbol}","tradeId":"{n}",'
    '"px":"60000.{n}","sz":"3","side":"buy","ts":"{ms}","count":"1"}}]}}'
)
CATCH_UP_S = 0.1


def main(rate: float) -> None:
    """Serve on a free port."""

    def talk(socket: ServerConnection) -> None:
        arguments = json.loads(socket.recv())["args"]
        for argument in arguments:
            socket.send(json.dumps({"event": "subscribe", "arg": argument}))
        try:
            send(socket, arguments[0]["instId"], rate)
        except ConnectionClosed:
            return

    with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        sys.stdout.write(f"ws://127.0.0.1:{server.socket.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        while os.read(0, 4096):
            pass


def send(socket: ServerConnection, symbol: str, rate: float) -> None:
    """A frame each 1/rate seconds, without ever making up for more than a moment of its own lateness."""
    due, n = time.perf_counter(), 0
    while True:
        n += 1
        socket.send(FRAME.format(symbol=symbol, n=n, ms=time.time_ns() // 1_000_000))
        due = max(due + 1 / rate, time.perf_counter() - CATCH_UP_S)
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)


if __name__ == "__main__":
    main(float(sys.argv[1]))
