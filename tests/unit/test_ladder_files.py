"""What was learned survives the night: files whole or not at all, merged, never fatal; and who is told of which."""

import os
from pathlib import Path

import pytest
from engine_scene import instrument
from ladder_scene import LEARNED_NS, MINUTE, kept

from liqtui.feeds.ladders import Kept, LadderFiles
from liqtui.feeds.shelf import Shelf

BTC, ETH, SOL = "BTC-USDT-SWAP", "ETH-USDT-SWAP", "SOL-USDT-SWAP"


@pytest.fixture
def files(tmp_path: Path) -> LadderFiles:
    return LadderFiles(tmp_path / "ladders")


def symbols(files: LadderFiles) -> dict[str, int]:
    """Symbol → when it was learned."""
    return {one.learned.symbol: one.learned.time_ns for one in files.load("okx")[0]}


def test_without_a_file_nothing_is_known_and_nothing_is_wrong(files: LadderFiles) -> None:
    assert (files.load("okx"), files.venues()) == (([], ""), [])


def test_what_was_saved_is_read_to_the_letter(files: LadderFiles) -> None:
    assert files.save("okx", [kept(BTC), kept(ETH)]) == ""
    assert files.load("okx") == ([kept(BTC), kept(ETH)], "")
    assert files.venues() == ["okx"]
    assert [path.name for path in files.folder.iterdir()] == ["okx.json"], "no draft is left"


def test_those_not_followed_keep_theirs_and_of_one_instrument_the_newer_stays(files: LadderFiles) -> None:
    files.save("okx", [kept(BTC, LEARNED_NS), kept(ETH, LEARNED_NS)])
    files.save("okx", [kept(BTC, LEARNED_NS + MINUTE), kept(ETH, LEARNED_NS - MINUTE), kept(SOL)])
    assert symbols(files) == {BTC: LEARNED_NS + MINUTE, ETH: LEARNED_NS, SOL: LEARNED_NS}


def test_a_run_that_learned_nothing_new_leaves_the_file_alone(files: LadderFiles) -> None:
    files.save("okx", [kept(BTC)])
    os.utime(files.folder / "okx.json", ns=(1, 1))
    files.save("okx", [kept(BTC)])
    assert (files.folder / "okx.json").stat().st_mtime_ns == 1


@pytest.mark.parametrize("text", [
    b"", b"{", b"[]", b'{"schema": "liqtui.ladders/9", "ladders": []}', b"\xff\xfe", b'{"schema": "liqtui.ladders/1"}',
])
def test_a_broken_file_is_said_put_aside_and_nobodys_ladder_is_lost(files: LadderFiles, text: bytes) -> None:
    files.folder.mkdir()
    (files.folder / "okx.json").write_bytes(text)
    found, problem = files.load("okx")
    assert found == []
    assert problem.startswith("learned ladders not read from okx.json: ")
    assert files.save("okx", [kept(BTC)], known=[kept(ETH)]) == ""
    assert symbols(files) == {BTC: LEARNED_NS, ETH: LEARNED_NS}
    assert (files.folder / "okx.broken").read_bytes() == text


def test_on_a_full_disk_the_old_file_stays_and_it_is_said(
    files: LadderFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.save("okx", [kept(BTC)])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    problem = files.save("okx", [kept(BTC, LEARNED_NS + MINUTE), kept(ETH)])
    assert "not saved to okx.json" in problem
    assert "No space left on device" in problem
    monkeypatch.undo()
    assert symbols(files) == {BTC: LEARNED_NS}
    assert [path.name for path in files.folder.iterdir()] == ["okx.json"]


def test_one_is_forgotten_or_all(files: LadderFiles) -> None:
    files.save("okx", [kept(BTC), kept(ETH), kept(SOL)])
    assert files.remove("okx", ETH) == [ETH]
    assert files.remove("okx", ETH) == []
    assert symbols(files).keys() == {BTC, SOL}
    assert files.remove("okx", None) == [BTC, SOL]
    assert files.venues() == []


# --- the shelf ------------------------------------------------------------------------------------------------------


def shelf(files: LadderFiles, *saved: Kept) -> Shelf:
    files.save("okx", saved)
    return Shelf(files, ["okx"])


def told(shelf: Shelf, symbol: str, expiry_ns: int | None = None) -> list[str]:
    return [learned.symbol for learned in shelf.start_of(instrument(symbol, expiry_ns))]


def test_an_instrument_is_told_its_own_ladder_last(files: LadderFiles) -> None:
    assert told(shelf(files, kept(BTC)), BTC) == [BTC]
    assert told(shelf(files, kept(BTC), kept(ETH, events=900.0)), BTC)[-1] == BTC


def test_a_new_instrument_is_told_the_perpetual_of_its_family_and_the_one_with_most_events(files: LadderFiles) -> None:
    stocked = shelf(files, kept(BTC, events=60.0), kept(ETH, events=900.0), kept(SOL, events=10.0))
    assert told(stocked, "BTC-USDT-261225", expiry_ns=LEARNED_NS) == [BTC, ETH]
    assert told(stocked, "BTC-USDT-270326", expiry_ns=LEARNED_NS) == [], "what was told once is known"


def test_what_was_learned_since_is_told_again(files: LadderFiles) -> None:
    stocked = shelf(files, kept(BTC))
    told(stocked, BTC)
    stocked.put("okx", kept(BTC, LEARNED_NS + MINUTE))
    assert [one.time_ns for one in stocked.start_of(instrument(BTC))] == [LEARNED_NS + MINUTE]


def test_a_ladder_forgotten_while_a_run_lasts_comes_back_only_if_that_run_learns_it(files: LadderFiles) -> None:
    stocked = shelf(files, kept(BTC), kept(ETH))
    files.remove("okx", None)
    stocked.put("okx", kept(BTC, LEARNED_NS + MINUTE))
    stocked.save()
    stocked.wait()
    assert symbols(files) == {BTC: LEARNED_NS + MINUTE}


def test_what_goes_wrong_is_told_once(files: LadderFiles) -> None:
    files.folder.mkdir()
    (files.folder / "okx.json").write_bytes(b"{")
    stocked = Shelf(files, ["okx"])
    assert len(stocked.problems()) == 1
    assert stocked.problems() == []
