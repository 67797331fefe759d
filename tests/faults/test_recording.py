"""Recordings: what a kill leaves, what a full disk does, and that a replay is what was live."""

import asyncio
import gzip
import itertools
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from live_feeds import Memory, running, until
from toy_exchange import AAA, BBB, Frame, Toy, exchange

from liqtui.events import Backfill, FeedStatus, Gap, Liquidation, Trade
from liqtui.feeds import recorder as recorder_module
from liqtui.feeds.reader import RecordingError, open_recording
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.records import Record, RecordKind
from liqtui.feeds.replay import STEP_NS, Replayer, replay_all
from liqtui.instruments import Name

SECOND = 10**9
START = 1_700_000_000 * SECOND


async def recorded(path: Path) -> Memory:
    """A live session with a switch, a drop, a repeated liquidation and a malformed frame; what the sink was told."""
    recorder = Recorder(path, flush_s=0.1)
    async with exchange() as toy, running(Toy(toy.ws_url, toy.rest_url), recorder=recorder) as (feeds, memory):
        feeds.watch(AAA, [BBB])
        await until(lambda: memory.all(Trade))
        liquidation = Frame("liq", "AAA", START, 99.0)
        for frame in (liquidation, liquidation, '{"t":', b"\xff".decode("latin-1")):
            await toy.say(frame)
        for socket in list(toy.sockets):
            socket.transport.abort()
        await until(lambda: len(toy.connects) == 2)
        await until(lambda: "joined" in memory.stages(), 8)
        feeds.unwatch(AAA)
        feeds.watch(BBB)
        await until(lambda: any(t.symbol == "BBB" for t in memory.all(Trade)))
    recorder.close()
    return memory


async def test_live_replay_at_once_and_replay_by_the_clock_tell_the_engine_the_same(tmp_path: Path) -> None:
    path = tmp_path / "session.gz"
    live = await recorded(path)
    recording = open_recording(path, [Toy()])
    assert recording.watched == (Name("toy", "AAA"), Name("toy", "BBB"))
    assert not recording.truncated
    assert len(live.all(Liquidation)) == 1, "a repeated liquidation counts once"
    assert live.all(Backfill)
    assert live.all(FeedStatus)
    assert live.all(Gap)

    at_once = Memory()
    replay_all(recording, [Toy()], at_once)
    assert at_once.calls == live.calls

    played = Memory()
    player = Replayer(recording, [Toy()], lambda: played, speed=4.0)
    task = asyncio.create_task(player.run())
    started = time.monotonic()
    await until(lambda: player.finished, 10)
    took = time.monotonic() - started
    player.close()
    await task
    assert played.calls == live.calls
    length = (recording.span_ns[1] - recording.span_ns[0]) / 1e9
    assert took == pytest.approx(length / 4, abs=0.4)
    says_who_what_where_and_when(list(recording.records()))


def says_who_what_where_and_when(records: list[Record]) -> None:
    kinds = {r.k for r in records}
    assert kinds == set(RecordKind), "frames both ways, REST both ways, connects, disconnects, beats and notes"
    assert all(r.u.startswith("ws://") for r in records if r.k in (RecordKind.RECV, RecordKind.SEND))
    assert all(r.u.startswith("http://") for r in records if r.k in (RecordKind.REQUEST, RecordKind.REPLY))
    beats = [r.ns for r in records if r.k is RecordKind.BEAT]
    assert max(b - a for a, b in itertools.pairwise(beats)) < SECOND, "calm is not taken for down"
    assert [r.ns for r in records] == sorted(r.ns for r in records)


_WRITER = """
import sys, time
from pathlib import Path
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.records import Record, RecordKind
recorder = Recorder(Path(sys.argv[1]))
while True:
    for _ in range(20):
        recorder.write(Record(time.time_ns(), RecordKind.RECV, "toy/1", "ws://toy.example", '{"t":"x"}'))
    print(time.time_ns(), flush=True)
    time.sleep(0.01)
"""


def test_a_killed_recorder_loses_at_most_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "killed.gz"
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        end = time.monotonic() + 2.3
        last = 0
        while time.monotonic() < end:
            last = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        last = max([last, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    recording = open_recording(path, [Toy()])
    records = list(recording.records())
    assert recording.truncated
    assert len(records) > 1000
    assert last - records[-1].ns < 1.15 * SECOND, "a second, and what writing takes on a busy machine"


def lines(path: Path, count: int, step_ns: int = 100_000_000) -> None:
    """A recording of one frame per 100 ms."""
    recorder = Recorder(path)
    listing = '[{"venue":"toy","symbol":"AAA","base":"AAA","quote":"USD","settle":"USD","kind":"perpetual",' \
        '"inverse":false,"contract_size":1.0,"tick":0.1,"family":"AAA","index":"AAA"}]'
    recorder.write(Record(START, RecordKind.REPLY, "toy/rest", "http://toy.example/listing", listing))
    for i in range(count):
        trade = f'{{"t":"trade","s":"AAA","ns":{START + i * step_ns},"p":100.0,"seq":{i}}}'
        recorder.write(Record(START + i * step_ns, RecordKind.RECV, "toy/1", "ws://toy.example", trade))
    recorder.close()


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_file_cut_anywhere_reads_up_to_the_cut(tmp_path: Path, share: float) -> None:
    whole, cut = tmp_path / "whole.gz", tmp_path / "cut.gz"
    lines(whole, 20_000)
    packed = whole.read_bytes()
    cut.write_bytes(packed[: int(len(packed) * share)])
    recording = open_recording(cut, [Toy()])
    records = list(recording.records())
    assert recording.truncated
    assert 0.5 * share < len(records) / 20_001 < min(1.0, share + 0.3)
    assert records == list(open_recording(whole, [Toy()]).records())[: len(records)]
    assert recording.span_ns == (START, records[-1].ns)


def test_a_full_disk_stops_the_recorder_and_not_the_program(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this platform")
    recorder = Recorder(tmp_path / "r.gz", flush_s=0.02)
    recorder._file.close()
    recorder._file = full.open("wb", buffering=0)
    for _ in range(50):
        recorder.write(Record(START, RecordKind.BEAT))
        time.sleep(0.005)
        if recorder.problem:
            break
    assert recorder.problem == "recording stopped: No space left on device"
    recorder.write(Record(START, RecordKind.BEAT))
    recorder.close()


async def test_the_feeds_go_on_and_say_that_the_recorder_stopped(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "r.gz")
    async with exchange() as toy, running(Toy(toy.ws_url, toy.rest_url), recorder=recorder) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        recorder.problem = "recording stopped: No space left on device"
        await until(lambda: "recorder: recording stopped: No space left on device" in memory.gaps())
        heard = len(memory.all(Trade))
        await until(lambda: len(memory.all(Trade)) > heard)
    assert memory.gaps().count("recorder: recording stopped: No space left on device") == 1
    recorder.close()


def test_what_a_slow_disk_loses_is_counted_and_said_in_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "r.gz"
    recorder = Recorder(path, flush_s=0.05, bound_bytes=10 * (1000 + recorder_module._LINE_BYTES))
    for i in range(500):
        recorder.write(Record(START + i, RecordKind.RECV, "toy/1", "ws://toy.example", "x" * 1000))
    time.sleep(0.2)
    recorder.write(Record(START + 1000, RecordKind.RECV, "toy/1", "ws://toy.example", "last"))
    recorder.close()
    records = list(open_recording(path, [Toy()]).records())
    frames = [r for r in records if r.k is RecordKind.RECV]
    holes = [r.b for r in records if r.k is RecordKind.NOTE]
    assert recorder.lost > 0
    assert len(frames) + recorder.lost == 501
    assert holes
    assert all("records lost: the disk is too slow" in hole for hole in holes)
    assert frames[-1].b == "last"


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "there.gz").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        Recorder(tmp_path / "there.gz")


def test_other_files_are_named_for_what_they_are_not(tmp_path: Path) -> None:
    text, packed, empty = tmp_path / "a.txt", tmp_path / "b.gz", tmp_path / "c.gz"
    text.write_text("dear diary\n")
    packed.write_bytes(gzip.compress(b"1723161256 {}\n"))
    empty.write_bytes(gzip.compress(b""))
    with pytest.raises(RecordingError, match="neither a liqtui recording"):
        open_recording(text, [Toy()])
    with pytest.raises(RecordingError, match="a folder without a cryptofeed capture"):
        open_recording(tmp_path, [Toy()])
    with pytest.raises(RecordingError, match="not of liqtui's lines"):
        open_recording(packed, [Toy()])
    with pytest.raises(RecordingError, match="empty"):
        open_recording(empty, [Toy()])


class Stage:
    """Sinks as the player makes them."""

    def __init__(self) -> None:
        self.sinks: list[Memory] = []

    def make(self) -> Memory:
        self.sinks.append(Memory())
        return self.sinks[-1]

    def trades(self) -> int:
        return len(self.sinks[-1].all(Trade)) if self.sinks else 0


async def test_pause_step_and_seek(tmp_path: Path) -> None:
    """A frame every 100 ms from START, which is a multiple of 250 ms: at START+t there are t/100 ms + 1 trades."""
    path = tmp_path / "r.gz"
    lines(path, 100)
    stage = Stage()
    player = Replayer(open_recording(path, [Toy()]), [Toy()], stage.make, paused=True)
    task = asyncio.create_task(player.run())
    player.step(1)
    await until(lambda: player.position_ns == START + STEP_NS)
    assert stage.trades() == 3, "0, 100, 200 ms"
    player.step(1)
    await until(lambda: player.position_ns == START + 2 * STEP_NS)
    assert stage.trades() == 6, "up to 500 ms"
    assert player.paused
    player.step(-1)
    await until(lambda: player.position_ns == START + STEP_NS)
    assert stage.trades() == 3
    assert len(stage.sinks) == 2, "back is from the beginning, into a fresh sink"
    player.seek(START + 5 * SECOND)
    await until(lambda: player.position_ns == START + 5 * SECOND)
    assert stage.trades() == 51
    await asyncio.sleep(0.05)
    assert player.position_ns == START + 5 * SECOND, "still paused"
    player.set_speed(math.inf)
    player.pause(False)
    await until(lambda: player.finished)
    assert stage.trades() == 100
    assert player.position_ns == player.span_ns[1]
    player.seek(START)
    await until(lambda: len(stage.sinks) == 3)
    await until(lambda: player.finished)
    assert stage.sinks[2].calls == stage.sinks[1].calls
    player.close()
    await task
