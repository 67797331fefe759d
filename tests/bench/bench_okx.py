"""How long OKX frames take to become events, against `orjson.loads` alone: `python tests/bench/bench_okx.py`."""

import sys
import timeit
from collections.abc import Callable
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).parents[1] / "wire"))

from okx_frames import NOW, instrument, okx, recorded_frames

ROUNDS = 40


def ns_per_frame(decode: Callable[[bytes], object], frames: list[bytes]) -> float:
    """The best round, which disturbances of the machine touch least."""
    return min(timeit.repeat(lambda: [decode(f) for f in frames], number=1, repeat=ROUNDS)) / len(frames) * 1e9


def main() -> None:
    frames = [frame.encode() for frame in recorded_frames()]
    listed = {s: instrument(s, 1.0) for s in ("BTC-USDT", "BTC-USD-220527", "UNI-USD-SWAP")}
    groups = {
        "all": frames,
        "books": [f for f in frames if b'"action"' in f],
        "trades": [f for f in frames if b'"trades"' in f and b'"event"' not in f],
    }
    sys.stdout.write("frames        n  bytes   orjson  events  ratio\n")
    for name, group in groups.items():
        plain = ns_per_frame(orjson.loads, group)
        events = ns_per_frame(lambda f: okx.decode(f, NOW, listed), group)
        size = sum(map(len, group)) / len(group)
        sys.stdout.write(f"{name:8} {len(group):6d} {size:6.0f} {plain:8.0f} {events:7.0f} {events / plain:6.2f}\n")


if __name__ == "__main__":
    main()
