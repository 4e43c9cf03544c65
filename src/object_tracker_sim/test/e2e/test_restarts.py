"""Parts that are killed come back by themselves, nothing is lost, and the training finishes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from object_tracker_agent.account.balance import balance
from object_tracker_agent.runs import open_run

from .launched import Launched, launched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
RECOVERY = 120.0  # [s] on a busy machine


def chaos(folder: Path, kills: int, seed: int, recovery: float) -> dict[str, object]:
    report = folder / "chaos.json"
    words = [
        "--kills",
        kills,
        "--seed",
        seed,
        "--recovery",
        recovery,
        "--output-dir",
        folder,
        "--json",
        report,
    ]
    subprocess.run(["ros2", "run", "object_tracker_sim", "chaos", *map(str, words)], check=True)
    found: dict[str, object] = json.loads(report.read_text())
    return found


def test_each_part_is_killed(tmp_path):
    """The short form of the command whose figures are in docs/robustness.md."""
    found = chaos(tmp_path, 5, 3, RECOVERY)
    assert {one["part"] for one in found["each"]} == {
        "simulator", "world", "rollout_worker", "trainer", "redis-server"
    }  # fmt: skip
    assert found["lives"] >= 3, "the worker was killed, and lost its simulation with the world"
    assert found["account"]["used"] == 4 * found["updates"]
    assert found["checkpoints"] == found["updates"]


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_two_hundred_kills(tmp_path):
    assert chaos(tmp_path, 200, 0, 60.0)["kills"] == 200


def find(launch: Launched, part: str) -> int:
    """Return the process of a part, from its name as it stands in the command line."""
    found = [pid for pid, command in launch.processes().items() if re.search(rf"/{part} ", command)]
    assert found, f"no {part} in {launch.processes()}\n{launch.output}"
    return found[0]


def wait_for_more(launch: Launched, text: str, number: int) -> None:
    """Return when `number` further lines have `text` in them."""
    goal = launch.output.count(text) + number
    end = time.monotonic() + RECOVERY
    while launch.output.count(text) < goal:
        assert launch.process.poll() is None, launch.output
        assert time.monotonic() < end, launch.output
        time.sleep(0.1)


def test_workers_that_joined_outlive_trainer_and_themselves(tmp_path, tiny):
    run = tmp_path / "run"
    settings = [f"preset:={tiny}", f"output_dir:={run}", "total_steps:=1000000"]
    with launched(tmp_path, "distributed_training.launch.py", *settings) as training:
        training.wait_for("update 1: ")
        with launched(tmp_path, "rollout.launch.py", f"run:={run}") as joined:
            joined.wait_for("Training> ")
            os.kill(find(training, "trainer"), signal.SIGKILL)
            wait_for_more(training, "update ", 3)
            os.kill(find(joined, "rollout_worker"), signal.SIGKILL)
            wait_for_more(joined, "; starting it again", 1)
            wait_for_more(joined, "Training> ", 1)
            training.ctrl_c()
            assert training.wait() == 0, training.output
            assert joined.wait() == 0, joined.output
            joined.wait_until_gone(15)
        training.wait_until_gone(15)
    account = balance(open_run(run))
    assert not account.problems
    assert {life.rpartition("/")[2] for life in account.lives if life.startswith("joined-")} == {"1", "2"}
