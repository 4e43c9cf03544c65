"""The launch files' arguments, and that bad ones are refused in one line before anything is started."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("ros2") is None, reason="needs ros2 launch"),
]

ARGUMENTS = {
    "world": ["mode", "world", "arenas", "real_time_factor", "gui"],
    "distributed_training": [
        "workers", "arenas", "total_steps", "preset", "seed", "world", "output_dir", "resume", "device",
    ],
    "rollout": ["run"],
    "evaluation": ["trials", "checkpoint", "preset", "seed", "world", "output_dir"],
}  # fmt: skip


def ros2_launch(folder, *arguments, **environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["ros2", "launch", "object_tracker_sim", *arguments],
        cwd=folder,
        env={**os.environ, "ROS_LOG_DIR": str(folder / "log"), "DISPLAY": "", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ARGUMENTS)
def test_documented_arguments(tmp_path, name):
    result = ros2_launch(tmp_path, f"{name}.launch.py", "--show-args")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line.strip(" ':") for line in lines if line.startswith("    '")] == ARGUMENTS[name]
    assert result.stdout.count("(default: '") == len(ARGUMENTS[name])
    assert "no description given" not in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["world", "arena:=2"], "there is no argument 'arena'; did you mean 'arenas'?"),
        (["world", "mode:=medium"], "mode is 'medium', but must be lockstep or realtime"),
        (["world", "arenas:=17"], "arenas is '17', but must be a whole number from 1 to 16"),
        (["world", "mode:=realtime", "real_time_factor:=0"], "real_time_factor is '0', but must be a number"),
        (["world", "real_time_factor:=2"], "real_time_factor needs mode:=realtime"),
        (["world", "world:=emty"], "emty"),
        (["world", "world:=/none/such.world"], "/none/such.world"),
        (["world", "gui:=true"], "gui:=true needs a display, but DISPLAY is not set"),
        (["distributed_training", "trails:=2"], "there is no argument 'trails'"),
        (["distributed_training", "workers:=0"], "workers is '0', but must be a whole number from 1"),
        (["distributed_training", "arenas:=0"], "arenas is '0', but must be a whole number from 1 to 16"),
        (["distributed_training", "total_steps:=0"], "total_steps is '0', but must be a whole number, 1 or"),
        (["distributed_training", "seed:=-1"], "seed is '-1', but must be a whole number from 0"),
        (["distributed_training", "device:=tpu"], "device is 'tpu', but must be cpu, cuda or auto"),
        (["distributed_training", "resume:=maybe"], "resume is 'maybe', but must be true or false"),
        (["distributed_training", "preset:=aproach"], "no preset 'aproach'; did you mean 'approach'?"),
        (["distributed_training", "world:=emty"], "emty"),
        (["rollout"], "give run:=FOLDER"),
        (["rollout", "run:=nowhere"], "nowhere is not a run folder"),
        (["evaluation", "trials:=0"], "trials is '0', but must be a whole number, 1 or more"),
        (["evaluation"], "there is no run with a checkpoint in "),
        (["evaluation", "checkpoint:=nowhere"], "nowhere does not exist"),
        (["evaluation", "checkpoint:=.", "trials:=3"], "is neither a run folder nor a checkpoint"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refused_in_one_line(tmp_path, words, message):
    result = ros2_launch(tmp_path, f"{words[0]}.launch.py", *words[1:])
    assert result.returncode == 1
    errors = [line for line in result.stdout.splitlines() if line.startswith("[ERROR]")]
    assert len(errors) == 1
    assert message in errors[0]
    assert "Traceback" not in result.stdout + result.stderr
    assert "process started" not in result.stdout
    assert [path for path in tmp_path.iterdir() if path.name != "log"] == []  # nothing left behind


def test_the_users_domain_must_be_one(tmp_path):
    result = ros2_launch(tmp_path, "world.launch.py", ROS_DOMAIN_ID="many")
    assert result.returncode == 1
    assert "ROS_DOMAIN_ID='many' is no ROS domain" in result.stdout
