"""What is kept is replaced whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from liqtui.files import write_whole


def test_it_is_on_the_disk_before_it_has_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, told = tmp_path / "deep" / "state.json", list[bytes]()
    sync = os.fsync

    def noted(number: int) -> None:
        told.append(path.read_bytes() if path.exists() else b"")
        sync(number)

    monkeypatch.setattr(os, "fsync", noted)
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert (told, path.read_bytes()) == ([b"", b"one"], b"two")


def test_of_two_that_write_at_once_one_stands_whole(tmp_path: Path) -> None:
    path = tmp_path / "lists.json"
    texts = [bytes([65 + n]) * 200_000 for n in range(4)]

    def often(text: bytes) -> None:
        for _ in range(10):
            write_whole(path, text)

    threads = [threading.Thread(target=often, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert not path.exists() or path.read_bytes() in texts
    assert [found.name for found in tmp_path.iterdir()] == ["lists.json"]
