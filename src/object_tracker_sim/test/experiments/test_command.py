"""The command as it is installed: trains by the launch file, evaluates, and does nothing twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("ros2") is None, reason="needs ros2 launch"),
]

SMALL = (
    "task.max_steps=20 'observation={height: 30, width: 40, camera_height: 60, camera_width: 80}'"
    " algorithm.batch_size=32 algorithm.epochs=1 algorithm.steps_per_update=64 algorithm.fragment_steps=16"
    " 'network={convolutions: [[4, 8, 4]], dense: 8}' training.arenas=2"
)


def experiments(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(get_package_prefix("object_tracker_sim")) / "lib/object_tracker_sim/experiments"
    return subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env={**os.environ, "ROS_LOG_DIR": str(folder / "log")},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_trains_evaluates_and_goes_on(tmp_path):
    words = ["--output-dir", "experiments", "--set", SMALL, "--name", "small"]
    words += ["--total-steps", "256", "--points", "2", "--trials", "3"]
    first = experiments(tmp_path, *words, "--seeds", "0")
    assert first.returncode == 0, first.stderr
    assert "small, seed 0: training" in first.stderr
    assert "2 checkpoints to evaluate" in first.stderr
    (row,) = json.loads((tmp_path / "experiments" / "experiments.json").read_text())
    assert (row["setting"], row["seed"], row["steps"], row["trials"]) == ("small", 0, 256, 3)
    assert [point[0] for point in row["points"]] == [128, 256]

    again = experiments(tmp_path, *words, "--seeds", "0")
    assert again.returncode == 0, again.stderr
    assert again.stderr == ""  # nothing was left to do
    assert again.stdout == first.stdout

    refused = experiments(tmp_path, *words, "--seeds", "0,x")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("error: --seeds must be whole numbers")
