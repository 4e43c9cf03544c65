"""Every part of a training, killed once: it comes back by itself, and the training finishes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path

import pytest

from object_tracker_agent.runs import open_run

from .launched import Launched, launched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
RECOVERY = 90.0  # [s] on a busy machine


PARTS = ("rollout_worker ", "trainer ", "redis-server ", "world ", "simulator ")


def find(training: Launched, part: str) -> int:
    """Return the process of a part, from its name as it stands in the command line."""
    family = training.processes()
    for stat in Path("/proc").glob("[0-9]*/stat"):  # redis-server's title hides its environment
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == training.process.pid:
                command = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ")
                family[int(stat.parent.name)] = command.decode()
    found = [pid for pid, command in family.items() if re.search(rf"(^|/){part}", command)]
    assert found, f"no {part}in {family}\n{training.output}"
    return found[0]


def wait_for_updates(training: Launched, number: int) -> None:
    """Return when `number` further updates are done."""
    goal = training.output.count("update ") + number
    end = time.monotonic() + RECOVERY
    while training.output.count("update ") < goal:
        assert training.process.poll() is None, training.output
        assert time.monotonic() < end, training.output
        time.sleep(0.1)


def test_each_part_is_killed_once(tmp_path, tiny):
    run = tmp_path / "run"
    settings = [f"preset:={tiny}", f"output_dir:={run}", "total_steps:=1000000"]
    with launched(tmp_path, "distributed_training.launch.py", *settings) as training:
        training.wait_for("update 1: ")
        for part in PARTS:
            os.kill(find(training, part), signal.SIGKILL)
            time.sleep(0.5)
            begun = time.monotonic()
            wait_for_updates(training, 3)
            print(f"{part}killed: three further updates after {time.monotonic() - begun:.1f} s")
        training.ctrl_c()
        assert training.wait() == 0, training.output
        training.wait_until_gone(15)
    manifest = open_run(run).checkpoints.newest().manifest
    assert manifest.consumed["0"][0] >= 3, "the worker was killed, and lost its simulation with the world"
    assert manifest.counters["used"] > 0
