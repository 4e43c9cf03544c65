"""The scripts in examples/ run as their first lines say, each in a process and a Gazebo of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from stable_baselines3 import PPO

from object_tracker_agent.checkpoints import Checkpoint, CheckpointStore, Manifest, RandomStates
from object_tracker_agent.policies import Policy
from object_tracker_agent.presets import Preset, load_preset

pytestmark = pytest.mark.integration

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
SECONDS = 240


def run(script: str, *arguments: object, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLES / script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Of an untrained policy whose episodes have 12 steps."""
    values = load_preset("approach").to_dict()
    values["task"]["max_steps"] = 12
    values["network"] = {"convolutions": [[4, 8, 4]], "dense": 8}
    preset = Preset.from_dict(values)
    states = RandomStates.from_generators(torch.get_rng_state().numpy(), np.random.get_state())
    manifest = Manifest(
        update=0,
        steps=0,
        seed=0,
        preset=preset.to_dict(),
        account={},
        counters={},
        episodes=[],
        random=states,
    )
    return CheckpointStore(tmp_path / "checkpoints").save(Checkpoint(manifest, Policy(preset).weights(), {}))


def test_gymnasium_make() -> None:
    out = run("gymnasium_make.py", "--preset", "follow", "--steps", 20)
    assert "actions Discrete(8), observations Box(0, 255, (60, 80, 2), uint8)" in out
    assert re.search(r"20 steps, \d+ episodes ended, reward -?\d+\.\d\d, \d\.\d\d m away", out)


def test_make_vec() -> None:
    assert "observations (3, 60, 80, 1)" in run("make_vec.py", "--num-envs", 3, "--steps", 10)


def test_record_video(checkpoint: Path, tmp_path: Path) -> None:
    out = run("record_video.py", "--checkpoint", checkpoint, "--folder", tmp_path / "films", "--steps", 30)
    (film,) = out.split()
    video = cv2.VideoCapture(film)
    frames = []
    while (read := video.read())[0]:
        frames.append(read[1])
    assert len(frames) == 13  # the start and 12 steps
    assert frames[0].shape == (120, 160, 3)
    assert (frames[0] != frames[-1]).any()


def test_sb3_ppo(tmp_path: Path) -> None:
    arguments = ("--arenas", 3, "--steps", 48, "--n-steps", 16, "--trials", 0, "--preset", "follow")
    folder = tmp_path / "log"  # else SB3 makes one in /tmp
    out = run("sb3_ppo.py", *arguments, "--output", tmp_path / "model.zip", SB3_LOGDIR=str(folder))
    assert folder.is_dir()
    assert "Wrapping the env in a VecTransposeImage" in out
    assert PPO.load(tmp_path / "model.zip", device="cpu").num_timesteps == 48


def test_load_policy(checkpoint: Path) -> None:
    out = run("load_policy.py", "--checkpoint", checkpoint, "--trials", 3, "--arenas", 3)
    assert [line.split()[-2] for line in out.splitlines() if line.startswith("trial")] == ["12"] * 3
