"""A tiny task, so that a whole training takes seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

TINY = """
name: tiny
description: Small enough for a test of the launch files.
task: {max_steps: 30}
actions:
  - {linear: 0.2, angular: 0.0}
  - {linear: 0.1, angular: 0.6}
  - {linear: 0.1, angular: -0.6}
observation: {height: 30, width: 40, channels: 1, stack: 1, camera_height: 60, camera_width: 80}
algorithm: {batch_size: 32, epochs: 1, steps_per_update: 64, fragment_steps: 16}
network: {convolutions: [[4, 8, 4]], dense: 8}
training: {total_steps: 128, episode_steps: 20, arenas: 2}
"""


@pytest.fixture(scope="session", autouse=True)
def _needs_ros2() -> None:
    if shutil.which("ros2") is None:
        pytest.skip("needs ros2 launch")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The preset's file."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path
