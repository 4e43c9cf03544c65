"""What processes hold."""

from __future__ import annotations

import mmap
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.soak import main
from object_tracker_sim.soak.processes import Holding, family, files_of, holding


def test_a_family_is_a_process_and_its_descendants():
    code = (
        "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print(flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        parent.stdout.readline()
        members = family(parent.pid)
        assert members[0] == parent.pid
        assert len(members) == 2
        assert holding(members[1]).name == "sleep"
        assert os.getpid() not in members
        assert set(members) < set(family(os.getpid()))
    finally:
        for member in reversed(family(parent.pid)):
            os.kill(member, 9)
        parent.wait()
        parent.stdout.close()


def test_what_a_process_holds(tmp_path: Path):
    before = holding(os.getpid())
    # Straight from the kernel: what this process has once had, malloc may still have
    block = mmap.mmap(-1, 64 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    block.write(bytes(len(block)))
    with (tmp_path / "file").open("w"):
        after = holding(os.getpid())
    assert after.memory - before.memory > 60 * 2**20
    assert after.descriptors == before.descriptors + 1
    assert len(block) > 0


def test_files_sockets_and_shared_memory_made_since(tmp_path: Path):
    old = tmp_path / "old"
    old.write_text("")
    time.sleep(0.05)
    since = time.time()
    time.sleep(0.05)
    memory = Path(f"/dev/shm/object_tracker_test_{os.getpid()}")
    with old.open(), memory.open("w"), socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        found = files_of(os.getpid(), since)
        memory.unlink()
    assert {tmp_path / "socket", memory} <= found
    assert old not in found


def held(memory: float = 100.0, descriptors: int = 10) -> dict[int, Holding]:
    return {1: Holding("simulator", int(memory * 2**20), descriptors)}


def test_growth_is_an_error():
    main._must_not_grow(held(), held(104.0), memory=True)
    main._must_not_grow(held(), held(120.0), memory=False)  # not before the end
    with pytest.raises(UserError, match=r"has grown by more than 5 %: simulator 106 MiB \(\+6.0 %\)"):
        main._must_not_grow(held(), held(106.0), memory=True)
    with pytest.raises(UserError, match="simulator has 11 open files and sockets, 10 before"):
        main._must_not_grow(held(), held(descriptors=11), memory=False)


def test_leftovers_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(main, "END_PATIENCE", 0.2)
    ended = subprocess.Popen(["true"])
    ended.wait()
    main._must_be_gone([ended.pid], {tmp_path / "none"})
    with pytest.raises(UserError, match=f"left behind: {tmp_path}"):
        main._must_be_gone([ended.pid], {tmp_path})
    with pytest.raises(UserError, match=f"left behind: process {os.getpid()}"):
        main._must_be_gone([os.getpid()], set())


@pytest.mark.parametrize(
    "settings",
    [{"steps": 10}, {"episode_steps": 0}, {"episode_steps": 1001}, {"arenas": 0}, {"fresh_starts": -1}],
)
def test_numbers_out_of_range(settings: dict[str, int]):
    (name,) = settings
    with pytest.raises(UserError, match=f"--{name.replace('_', '-')} must be from"):
        main.SoakSettings(**settings)
