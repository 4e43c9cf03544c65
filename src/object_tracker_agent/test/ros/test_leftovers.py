"""Shared memory of killed processes is given back; that of living ones is not touched."""

import fcntl
import os
import time

import pytest

from object_tracker_agent.ros.leftovers import YOUNGEST, remove_leftovers

SEGMENT = "fastrtps_0049171015f6bfec"


@pytest.fixture
def segment(tmp_path):
    memory, lock = tmp_path / SEGMENT, tmp_path / f"{SEGMENT}_el"
    memory.write_bytes(b"x" * 100)
    lock.touch()
    old = time.time() - 2 * YOUNGEST
    os.utime(lock, (old, old))
    return memory, lock


def test_what_nobody_holds_is_removed(tmp_path, segment):
    assert remove_leftovers(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_holds_stays(tmp_path, segment):
    with segment[1].open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert remove_leftovers(tmp_path) == 0
    assert all(file.exists() for file in segment)


def test_what_is_just_being_made_stays(tmp_path, segment):
    os.utime(segment[1])
    assert remove_leftovers(tmp_path) == 0
    assert all(file.exists() for file in segment)


def test_other_files_stay(tmp_path):
    old = time.time() - 2 * YOUNGEST
    port = "fastrtps_port7411"
    names = [port, f"{port}_el", f"sem.{port}_mutex", "other_el", f"a{SEGMENT}_el"]
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (old, old))
    assert remove_leftovers(tmp_path) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names)


def test_no_such_folder(tmp_path):
    assert remove_leftovers(tmp_path / "nowhere") == 0
