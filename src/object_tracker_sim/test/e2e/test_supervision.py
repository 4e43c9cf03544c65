"""A simulator that dies or hangs during a training costs the episodes under way and nothing else."""

from __future__ import annotations

import json
import os
import signal

import pytest

from .launched import launched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
NOTICED = 30.0  # [s] 4.5 are meant (world.supervision.STEP_TIMEOUT); the machine may be busy
UPDATES = 30  # some episodes: all are still among the last 100, which a checkpoint keeps


@pytest.mark.parametrize(
    ("number", "reason"),
    [(signal.SIGKILL, "killed by SIGKILL"), (signal.SIGSTOP, "the simulator hangs: no answer within")],
    ids=["killed", "stopped"],
)
def test_training_goes_on(tmp_path, tiny, number, reason):
    run = tmp_path / "run"
    # Long episodes: a simulator that is lost while all arenas are being reset would interrupt none.
    text = tiny.read_text().replace("max_steps: 30", "max_steps: 1000").replace("episode_steps: 20, ", "")
    tiny.write_text(text)
    settings = [f"preset:={tiny}", f"output_dir:={run}", f"total_steps:={64 * UPDATES}"]
    with launched(tmp_path, "distributed_training.launch.py", *settings) as training:
        training.wait_for("update 2: ")
        (pid,) = [pid for pid, command in training.processes().items() if "/simulator " in command]
        os.kill(pid, number)
        assert reason in training.wait_for("starting it again", NOTICED)
        told = training.wait_for("the simulation was interrupted, which truncates the episodes under way: ")
        assert reason in told
        assert told.startswith("[rollout_worker_0")
        assert training.wait(180) == 0, training.output
        assert training.output.count("starting it again") == 1
        assert f"update {UPDATES}: " in training.output
        training.wait_until_gone(15)
    assert json.loads((run / "run.json").read_text())["status"] == "finished"
    manifest = json.loads((run / f"checkpoints/{UPDATES:06d}/checkpoint.json").read_text())
    interrupted = [episode for episode in manifest["episodes"] if episode["interrupted"]]
    assert len(interrupted) == 2  # one per arena
    assert not any(episode["success"] for episode in interrupted)
    assert manifest["counters"]["used"] == 4 * UPDATES  # of 16 steps each; no fragment was lost
    assert manifest["counters"].get("missing", 0) == 0
