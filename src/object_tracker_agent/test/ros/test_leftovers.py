"""Shared memory of killed processes is given back; that of living ones is not touched."""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import re
import select
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from object_tracker_agent.ros.domains import DomainChoice, choose_domain
from object_tracker_agent.ros.leftovers import YOUNGEST, remove_leftovers

SEGMENT = "fastrtps_0049171015f6bfec"
PORT = "fastrtps_port7411"
MUTEX = f"sem.{PORT}_mutex"


@pytest.fixture
def folder() -> Iterator[Path]:
    """On the file system that Fast DDS uses."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="object_tracker_test_") as name:
        yield Path(name)


def make(folder: Path, *names: str, age: float = 2 * YOUNGEST) -> list[Path]:
    files = [folder / name for name in names]
    for file in files:
        file.write_bytes(b"x" * 100)
        os.utime(file, (time.time() - age, time.time() - age))
    return files


@pytest.fixture
def segment(folder: Path) -> list[Path]:
    return make(folder, SEGMENT, f"{SEGMENT}_el")


@pytest.mark.parametrize("names", [[SEGMENT, f"{SEGMENT}_el"], [f"{SEGMENT}_el"]], ids=len)
def test_a_segment_that_nobody_holds_is_removed(folder: Path, names: list[str]) -> None:
    make(folder, *names)
    assert remove_leftovers(folder) == 1
    assert list(folder.iterdir()) == []


def test_a_segment_that_somebody_holds_stays(folder: Path, segment: list[Path]) -> None:
    with segment[1].open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert remove_leftovers(folder) == 0
    assert all(file.exists() for file in segment)


def test_a_segment_that_is_just_being_made_stays(folder: Path, segment: list[Path]) -> None:
    os.utime(segment[1])
    assert remove_leftovers(folder) == 0
    assert all(file.exists() for file in segment)


@pytest.mark.parametrize(
    "names", [[MUTEX], [PORT, MUTEX], [PORT, MUTEX, f"{PORT}_el"], [PORT, MUTEX, f"{PORT}_sl"]], ids=len
)
def test_a_port_that_nobody_has_open_is_removed(folder: Path, names: list[str]) -> None:
    make(folder, *names, age=0)
    assert remove_leftovers(folder) == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", [PORT, MUTEX])
def test_a_port_that_somebody_has_mapped_stays(folder: Path, name: str) -> None:
    files = make(folder, PORT, MUTEX, f"{PORT}_el")
    with (folder / name).open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 0)
    assert remove_leftovers(folder) == 0
    assert all(file.exists() for file in files)
    mapped.close()
    assert remove_leftovers(folder) == 1


def test_a_port_whose_lock_is_held_stays(folder: Path) -> None:
    files = make(folder, PORT, MUTEX, f"{PORT}_el")
    with files[2].open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert remove_leftovers(folder) == 0
    assert all(file.exists() for file in files)


def test_who_opens_a_port_while_it_is_removed_waits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the signal by which the kernel tells of it does this process no harm."""
    make(folder, PORT, MUTEX)
    says = "print('opens', flush=True)", "print('has', flush=True)"
    code = f"import os, sys; {says[0]}; os.open(sys.argv[1], os.O_RDWR); {says[1]}"
    openers: list[subprocess.Popen[str]] = []
    unlink = Path.unlink

    def unlink_slowly(file: Path, missing_ok: bool = False) -> None:
        if file.name == PORT:
            command = [sys.executable, "-c", code, folder / MUTEX]
            openers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            assert openers[0].stdout is not None
            assert openers[0].stdout.readline() == "opens\n"
            time.sleep(0.5)
            assert not select.select([openers[0].stdout], [], [], 0)[0]
        unlink(file, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink_slowly)
    assert remove_leftovers(folder) == 1
    assert openers[0].communicate(timeout=20)[0] == "has\n"
    assert list(folder.iterdir()) == []


def test_other_files_stay(folder: Path) -> None:
    names = ["fastrtps_port7411_el", "fastrtps_port7412", "sem.other_mutex", "other_el", f"a{SEGMENT}_el"]
    make(folder, *names)
    assert remove_leftovers(folder) == 0
    assert sorted(file.name for file in folder.iterdir()) == sorted(names)


def test_no_such_folder(folder: Path) -> None:
    assert remove_leftovers(folder / "nowhere") == 0


NODE = textwrap.dedent(
    """
    import sys, rclpy
    from std_msgs.msg import String
    rclpy.init()
    me, heard = sys.argv[1], set()
    node = rclpy.create_node(me)
    publisher = node.create_publisher(String, "chatter", 10)
    node.create_timer(0.05, lambda: publisher.publish(String(data=me)))
    def hear(message):
        if message.data not in heard:
            heard.add(message.data)
            print(message.data, flush=True)
    node.create_subscription(String, "chatter", hear, 10)
    rclpy.spin(node)
    """
)


class Node:
    """A participant; `hears` says whom."""

    def __init__(self, name: str, domain: DomainChoice) -> None:
        command = [sys.executable, "-c", NODE, name]
        environment = {**os.environ, **domain.environment}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        self._heard = b""
        self.hears(name)

    def hears(self, name: str) -> None:
        assert self.process.stdout is not None
        end = time.monotonic() + 60
        while name.encode() not in self._heard.split():
            assert time.monotonic() < end, f"{name} is not heard"
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                self._heard += os.read(self.process.stdout.fileno(), 1000)
            assert self.process.poll() is None

    def ports(self) -> dict[Path, int]:
        """Return the files of the ports it has open, with their inodes."""
        maps = Path(f"/proc/{self.process.pid}/maps").read_text()
        found = re.findall(r"(\d+) +(/dev/shm/fastrtps_port\d+)(?: \(deleted\))?\n", maps)
        return {Path(file): int(inode) for inode, file in found}

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def still_there(ports: dict[Path, int]) -> set[Path]:
    """Those of `ports` that are the same files: another process of this machine may have made a port anew."""
    found = set()
    for file, inode in ports.items():
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_ino == inode:
                found.add(file)
    return found


@pytest.mark.integration
def test_real_participants() -> None:
    """What a killed one had for itself goes; a living one keeps its ports, hears and is heard by others."""
    here, there = choose_domain({}), choose_domain({})
    nodes: list[Node] = []

    def start(name: str, domain: DomainChoice) -> Node:
        nodes.append(Node(name, domain))
        return nodes[-1]

    try:
        living, killed = start("living", here), start("killed", there)
        own, lost = living.ports(), killed.ports()
        assert own
        assert lost
        assert not own.items() & lost.items()
        killed.kill()
        remove_leftovers()
        assert still_there(lost) == set()
        assert still_there(own) == set(own)

        for name in ("second", "third"):  # the third comes to the ports of the second
            other = start(name, here)
            living.hears(name)
            other.hears("living")
            both = living.ports().items() & other.ports().items()
            assert len(both) > 1
            other.kill()
            before = living.ports()  # with those of the killed one, until it is taken out of the graph
            remove_leftovers()
            after = living.ports()
            assert set(own) <= before.keys() & after.keys()
            assert still_there(dict(before.items() & after.items())) == {*before.keys() & after.keys()}
    finally:
        for node in nodes:
            node.kill()
        here.release()
        there.release()
        remove_leftovers()
