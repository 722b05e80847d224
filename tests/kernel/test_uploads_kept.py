"""Files come in within limits, and lie on the disk before anybody is told so."""

import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from tequio.kernel.uploads import store
from tests.uploads import sent


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOADS = tmp_path / "uploads"
    return settings.UPLOADS


# Coming in ------------------------------------------------------------------------


def received(*files: tuple[str, bytes]) -> list[Any]:
    request = RequestFactory().post(
        "/", {"words": "kept", "files": [sent(name, body) for name, body in files]}
    )
    assert request.POST["words"] == "kept"
    return request.FILES.getlist("files")


def test_what_is_small_comes_whole_and_stays_in_memory(settings: Any, folder: Path) -> None:
    (file,) = received(("plan.txt", b"x" * 3_000_000))
    assert (file.name, file.size, file.read()) == ("plan.txt", 3_000_000, b"x" * 3_000_000)
    assert not hasattr(file, "temporary_file_path")


def test_of_what_is_large_no_more_is_held_than_the_limit(settings: Any) -> None:
    settings.FILE_MEGABYTES = 1
    (file,) = received(("film.mp4", b"x" * 9_000_000))
    assert file.size == 9_000_000
    assert len(file.read()) <= 1024 * 1024


def test_each_file_is_measured_by_itself(settings: Any) -> None:
    settings.FILE_MEGABYTES = 1
    found = received(("a", b"x" * 2_000_000), ("b", b"short"))
    assert [(each.name, each.size, len(each.read()) < 1_100_000) for each in found] == [
        ("a", 2_000_000, True),
        ("b", 5, True),
    ]


def test_one_too_many_is_seen_and_those_after_it_are_let_go(settings: Any) -> None:
    settings.FILES_PER_MESSAGE = 2
    assert [each.name for each in received(*((str(n), b"x") for n in range(9)))] == ["0", "1", "2"]


# On the disk ----------------------------------------------------------------------


def test_a_file_is_for_this_account_alone_under_a_name_that_says_nothing(folder: Path) -> None:
    name = store.keep(b"plan")
    path = folder / name
    assert (path.read_bytes(), len(name)) == (b"plan", 32)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert store.keep(b"plan") != name


def test_it_is_read_and_removed_by_its_name(folder: Path) -> None:
    name = store.keep(b"plan")
    assert store.content(name) == b"plan"
    store.remove(name)
    store.remove(name)
    with pytest.raises(FileNotFoundError):
        store.content(name)


def test_file_and_folder_are_on_the_disk_before_the_name_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    really = os.fsync

    def watch(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    store.keep(b"plan")
    assert synced == [False, True]


def test_only_what_has_lain_there_for_an_hour_is_settled(folder: Path) -> None:
    names = [store.keep(b"x") for _ in range(3)]
    old = time.time() - 3_601
    os.utime(folder / names[0], (old, old))
    assert list(store.settled()) == [[names[0]]]
    assert list(store.settled(grace=-1)) == [sorted(names)]


def test_many_are_listed_in_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH", 2)
    names = sorted(store.keep(b"x") for _ in range(5))
    assert list(store.settled(grace=-1)) == [names[:2], names[2:4], names[4:]]


def test_nothing_is_settled_in_a_hub_without_files(folder: Path) -> None:
    assert list(store.settled()) == []
