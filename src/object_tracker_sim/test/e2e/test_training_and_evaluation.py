"""The main job: train, look on, go on, evaluate, from the command line."""

from __future__ import annotations

import csv
import json
import os
import subprocess

import pytest

from .launched import launched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
TRAINING, EVALUATION = "distributed_training.launch.py", "evaluation.launch.py"


def test_train_go_on_and_evaluate(tmp_path, tiny):
    with launched(tmp_path, TRAINING, f"preset:={tiny}") as training:
        assert training.wait() == 0, training.output
        training.wait_until_gone(15)
        assert training.open_ports == set()
    (run,) = (tmp_path / "runs").iterdir()
    assert run.name.startswith("tiny-")
    assert f"run folder: {run}\n" in training.output
    assert "ROS_DOMAIN_ID=" in training.wait_for("To look at its topics: ")
    assert json.loads((run / "run.json").read_text())["status"] == "finished"
    assert len(list((run / "checkpoints").iterdir())) == 3  # untrained, and two updates

    lengths = {float(row["length"]) for row in csv.DictReader((run / "progress.csv").open()) if row["length"]}
    assert lengths == {20}  # too far away to arrive, and too short a time to get lost

    with launched(tmp_path, TRAINING, f"output_dir:={run}") as again:
        assert again.wait() == 1
        assert again.wait_for("[ERROR]").count("is finished: 128 steps done of 128; to go on with it") == 1
    with launched(tmp_path, TRAINING, f"output_dir:={run}", "total_steps:=192") as longer:
        assert longer.wait() == 0, longer.output
        assert "update 3: 192 of 192 steps" in longer.output

    with launched(tmp_path, EVALUATION, "trials:=3") as evaluation:  # of the newest run
        assert evaluation.wait() == 0, evaluation.output
        evaluation.wait_until_gone(15)
        assert evaluation.open_ports == set()
    (results,) = (run / "evaluation").iterdir()
    summary = json.loads((results / "summary.json").read_text())
    assert (summary["trials"], summary["preset"]) == (3, "tiny")
    assert summary["checkpoint"] == str(run / "checkpoints" / "000003")
    assert 0 <= summary["success_rate"] <= 1
    trials = list(csv.DictReader((results / "trials.csv").open()))
    assert [trial["steps"] for trial in trials] == ["30"] * 3  # an evaluation has the task's own time limit


def test_a_worker_joins_and_the_topics_are_there(tmp_path, tiny):
    run, domain = tmp_path / "run", "57"
    settings = [f"preset:={tiny}", f"output_dir:={run}", "total_steps:=1000000", "arenas:=1"]
    with launched(tmp_path, TRAINING, *settings, ROS_DOMAIN_ID=domain) as training:
        training.wait_for("update 1: ")
        assert f"ROS_DOMAIN_ID={domain}" in training.wait_for("To look at its topics: ")
        topics = subprocess.run(
            ["ros2", "topic", "list", "--no-daemon", "--spin-time", "4"],
            env={**os.environ, "ROS_DOMAIN_ID": domain},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.splitlines()
        assert {"/camera/image_raw", "/cmd_vel", "/odom", "/clock"} <= set(topics)
        with launched(tmp_path, "rollout.launch.py", f"run:={run}") as joined:
            joined.wait_for("Worker=joined-")  # has finished an episode
            training.ctrl_c()
            assert training.wait() == 0, training.output
            assert joined.wait() == 0, joined.output
            joined.wait_until_gone(15)
            assert joined.open_ports == set()
        training.wait_until_gone(15)
        assert training.open_ports == set()
    with launched(tmp_path, "rollout.launch.py", f"run:={run}") as late:
        assert late.wait() == 1
        assert "is not being trained now" in late.output
