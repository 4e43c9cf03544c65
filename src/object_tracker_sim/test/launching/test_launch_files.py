"""The launch files' arguments, and that bad ones are refused in one line before anything is started."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.launching import distributed_training, evaluation, rollout, world
from object_tracker_sim.launching.arguments import read

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("ros2") is None, reason="needs ros2 launch"),
]

ARGUMENTS = {
    "world": ["mode", "world", "arenas", "real_time_factor", "camera_rate", "gui"],
    "distributed_training": [
        "workers", "arenas", "total_steps", "preset", "seed", "world", "output_dir", "resume",
        "max_policy_lag", "device", "s3_uri", "keep", "keep_every", "listen", "advertise", "secret_file",
        "redis_url", "redis_ca", "insecure", "patience", "restarts", "node_type",
    ],
    "rollout": [
        "run", "redis_url", "s3_uri", "workers", "arenas", "world", "secret_file", "redis_ca", "insecure",
        "patience", "restarts", "timeout",
    ],
    "evaluation": ["trials", "checkpoint", "preset", "driver", "seed", "world", "output_dir"],
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
    ("module", "name", "value", "message"),
    [
        (world, "mode", "medium", "lockstep or realtime"),
        (world, "arenas", "17", "a whole number from 1 to 16"),
        (world, "real_time_factor", "0", "a number above 0"),
        (world, "camera_rate", "-1", "a number above 0"),
        (world, "gui", "yes", "true or false"),
        (distributed_training, "workers", "65", "a whole number from 0 to 64"),
        (distributed_training, "device", "", "cpu, cuda or auto"),
        (distributed_training, "node_type", "master", "all, trainer or rollout"),
        (distributed_training, "advertise", "a b", "an IP address or a host's name"),
        (rollout, "workers", "0", "a whole number from 1 to 64"),
        (rollout, "timeout", "0", "a whole number from 1 to 1000000"),
        (distributed_training, "arenas", "0", "a whole number from 1 to 16"),
        (distributed_training, "total_steps", "0", "a whole number, 1 or more"),
        (distributed_training, "seed", "-1", "a whole number from 0 to 2147483647"),
        (distributed_training, "max_policy_lag", "-1", "a whole number from 0 to 1000"),
        (distributed_training, "device", "tpu", "cpu, cuda or auto"),
        (distributed_training, "resume", "maybe", "true or false"),
        (evaluation, "trials", "0", "a whole number, 1 or more"),
        (evaluation, "driver", "me", "policy, scripted or random"),
        (evaluation, "seed", "x", "a whole number from 0 to 2147483647"),
    ],
)
def test_values_out_of_range(module, name, value, message):
    defaults = {field.name: field.metadata["default"] for field in dataclasses.fields(module.Arguments)}
    read(module.Arguments, defaults)
    with pytest.raises(UserError) as error:
        read(module.Arguments, {**defaults, name: value})
    assert str(error.value) == f"{name} is '{value}', but must be {message}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["world", "arena:=2"], "there is no argument 'arena'; did you mean 'arenas'?"),
        (["world", "arenas:=17"], "arenas is '17', but must be a whole number from 1 to 16"),
        (["world", "real_time_factor:=2"], "real_time_factor needs mode:=realtime"),
        (["world", "camera_rate:=10"], "camera_rate needs mode:=realtime"),
        (["world", "world:=emty"], "did you mean 'empty'?"),
        (["world", "gui:=true"], "gui:=true needs a display, but DISPLAY is not set"),
        (["distributed_training", "preset:=aproach"], "no preset 'aproach'; did you mean 'approach'?"),
        (["distributed_training", "world:=/none/such.world"], "world file /none/such.world does not exist"),
        (["distributed_training", "listen:=127.0.0.1:7000"], "listen needs a secret"),
        (["distributed_training", "listen:=127.0.0.1:7000", "secret_file:=none"], "cannot read secret_file"),
        (["distributed_training", "redis_url:=redis://u:hidden-password@h"], "redis_url is an address with"),
        (["distributed_training", "output_dir:=redis://:hidden-password@h"], "is an address with a pass"),
        (["distributed_training", "redis_url:=redis://10.0.0.1"], "has no TLS; use rediss://"),
        (["distributed_training", "advertise:=10.0.0.1"], "advertise needs listen"),
        (["rollout"], "give run:=FOLDER"),
        (["rollout", "redis_url:=rediss://:hidden-password@h:1"], "redis_url is an address with a pass"),
        (["rollout", "redis_url:=rediss://10.0.0.1:6379"], "needs the training's secret"),
        (["rollout", "s3_uri:=s3://bucket/prefix"], "s3_uri alone does not tell who may join"),
        (["rollout", "run:=x", "redis_url:=redis://127.0.0.1:1"], "give one of them"),
        (["rollout", "run:=nowhere"], "nowhere is not a run folder"),
        (["evaluation", "trails:=2"], "there is no argument 'trails'; did you mean 'trials'?"),
        (["evaluation", "preset:=aproach"], "aproach"),
        (["evaluation", "checkpoint:=."], "is neither a run folder nor a checkpoint"),
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
    assert "hidden-password" not in result.stdout + result.stderr
    assert "process started" not in result.stdout
    assert [path for path in tmp_path.iterdir() if path.name != "log"] == []  # nothing left behind


def test_the_users_domain_must_be_one(tmp_path):
    result = ros2_launch(tmp_path, "world.launch.py", ROS_DOMAIN_ID="many")
    assert result.returncode == 1
    assert "ROS_DOMAIN_ID='many' is no ROS domain" in result.stdout


def test_the_originals_variables(tmp_path):
    result = ros2_launch(tmp_path, "evaluation.launch.py", NUMBER_OF_TRIALS="many")
    assert "NUMBER_OF_TRIALS is 'many', but must be a whole number, 1 or more" in result.stdout
    words = ["evaluation.launch.py", "trials:=3", "checkpoint:=nowhere"]
    result = ros2_launch(tmp_path, *words, NUMBER_OF_TRIALS="many")
    assert "NUMBER_OF_TRIALS" not in result.stdout  # the argument wins
    assert "nowhere" in result.stdout
    result = ros2_launch(tmp_path, "distributed_training.launch.py", NODE_TYPE="SIMULATION_WORKER")
    assert "which training is to be joined?" in result.stdout
    assert result.returncode == 1


def test_a_secret_that_is_too_short(tmp_path):
    words = ["distributed_training.launch.py", "listen:=127.0.0.1:7000"]
    result = ros2_launch(tmp_path, *words, OBJECT_TRACKER_SECRET="hunter2hunter2")
    assert "environment variable OBJECT_TRACKER_SECRET is shorter than 16 characters" in result.stdout
    assert "hunter2" not in result.stdout + result.stderr
