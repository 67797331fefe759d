"""Captures in cryptofeed's format: made-up lines, and OKX's real frames of May 2022."""

from collections import Counter
from pathlib import Path

import pytest

from liqtui.events import BookDelta, Event, Gap, Listing, Trade
from liqtui.feeds.reader import RecordingError, open_recording
from liqtui.feeds.records import RecordKind, decode_note
from liqtui.feeds.replay import replay_all
from liqtui.venues.base import VenueSettings
from liqtui.venues.okx import create

OKX = create(VenueSettings())
REAL = Path(__file__).parents[3] / "shared" / "frames" / "cryptofeed"
WS = "wss://ws.okx.com:8443/ws/v5/public"


class Kept:
    """A sink that keeps the events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times: list[int] = []
        self.now = 0

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        assert venue == "okx"
        self.events += events
        self.times.append(recv_ns)

    def advance(self, now_ns: int) -> None:
        self.now = now_ns


def test_files_of_a_capture_are_merged_by_time_and_old_answers_come_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "OKX.0").write_text('https://www.okx.com/api/v5/x -> 1652458996.256593: {"a":1}\nconfiguration: {}\n')
    (tmp_path / "OKX.ws.1.0").write_text(
        f'{WS} <-> 1652459224.5300605\n{WS} <- 1652459225.2987883: {{"op":1}}\n'
        '1652459225.5037491: {"b":2}\n\nwhat is this\n1652459226.5: pong\n'
    )
    (tmp_path / "OKX.ws.2.0").write_text(f"{WS} <-> 1652459225.1\n1652459226.0: pong\n")
    recording = open_recording(tmp_path / "OKX.ws.1.0", [OKX])
    records = list(recording.records())
    assert [(r.ns, r.k.value, r.c) for r in records] == [
        (1652459224530060500, "reply", "okx/rest"),  # fetched four minutes before: known at the start
        (1652459224530060500, "connect", "okx/OKX.ws.1.0"),
        (1652459225100000000, "connect", "okx/OKX.ws.2.0"),
        (1652459225298788300, "send", "okx/OKX.ws.1.0"),
        (1652459225503749100, "recv", "okx/OKX.ws.1.0"),
        (1652459225503749100, "note", "okx/OKX.ws.1.0"),
        (1652459226000000000, "recv", "okx/OKX.ws.2.0"),
        (1652459226500000000, "recv", "okx/OKX.ws.1.0"),
    ]
    gap = decode_note(records[5].b)
    assert isinstance(gap, Gap)
    assert gap.reason == "OKX.ws.1.0: line 5 cannot be read"
    assert recording.span_ns == (records[0].ns, records[-1].ns)


def test_a_host_of_nobody_is_named(tmp_path: Path) -> None:
    path = tmp_path / "X.ws.1.0"
    path.write_text("wss://ws.nobody.example/ws <-> 1652459224.5\n")
    with pytest.raises(RecordingError, match=r"'ws\.nobody\.example' is no host of a known venue \(okx\)"):
        open_recording(path, [OKX])


@pytest.mark.skipif(not (REAL / "OKX").is_dir(), reason="the shared real frames are not here")
@pytest.mark.parametrize("name", ["OKX", "OKX/OKX.ws.1.0"])
def test_the_real_okx_capture_replays(name: str) -> None:
    """410 frames in 12 s: three instruments' books and trades, one of them the dated BTC-USD-220527 (100 USD)."""
    recording = open_recording(REAL / name, [OKX])
    kinds = Counter(record.k for record in recording.records())
    assert kinds[RecordKind.RECV] == 410
    assert recording.span_ns[1] - recording.span_ns[0] == pytest.approx(12e9, abs=0.5e9)
    sink = Kept()
    replay_all(recording, [OKX], sink)
    assert sink.times == sorted(sink.times)
    assert sink.now == recording.span_ns[1]
    listed = {i.symbol for e in sink.events if isinstance(e, Listing) for i in e.instruments}
    assert {"BTC-USD-220527", "UNI-USD-SWAP"} <= listed
    dated = [e for e in sink.events if isinstance(e, Trade | BookDelta) and e.symbol == "BTC-USD-220527"]
    assert dated
    assert all(t.size % 100 == 0 for t in dated if isinstance(t, Trade)), "a contract is 100 USD of face"


@pytest.mark.skipif(not (REAL / "DERIBIT").is_dir(), reason="the shared real frames are not here")
def test_a_capture_of_a_venue_we_do_not_speak_is_refused_by_name() -> None:
    with pytest.raises(RecordingError, match=r"www\.deribit\.com"):
        open_recording(REAL / "DERIBIT", [OKX])
