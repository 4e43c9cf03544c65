"""examples/my_task: its reward by itself; installed, played and trained as its README says."""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from object_tracker_agent.rewards import RewardInputs
from object_tracker_agent.rewards.inputs import CONTACT_WAFFLE_BURGER, CONTACT_WAFFLE_WORLD

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
MY_TASK = EXAMPLES / "my_task"
PRESET = MY_TASK / "my_task.yaml"
SECONDS = 240
SMALL = """
algorithm: {batch_size: 32, epochs: 1, steps_per_update: 64, fragment_steps: 16}
network: {convolutions: [[4, 8, 4]], dense: 8}
training: {arenas: 2}
"""


@pytest.mark.parametrize(
    ("distance", "bearing", "contacts", "pays"),
    [
        (0.6, 0.0, 0, 0.1),
        (1.1, 0.2, 0, 0.05),
        (2.0, 0.0, 0, 0.0),
        (0.6, 2.0, 0, 0.0),  # out of view
        (0.6, 0.0, CONTACT_WAFFLE_BURGER, -0.9),
        (0.6, 0.0, CONTACT_WAFFLE_WORLD, -0.9),
        (0.6, 2.0, CONTACT_WAFFLE_BURGER, -1.0),  # backed into it
        (2.0, 2.0, CONTACT_WAFFLE_WORLD | CONTACT_WAFFLE_BURGER, -1.0),
    ],
)
def test_the_reward_is_as_its_docstring_says(
    distance: float, bearing: float, contacts: int, pays: float
) -> None:
    spec = importlib.util.spec_from_file_location("my_task_reward", MY_TASK / "my_task" / "reward.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    inputs = RewardInputs(
        distance=distance,
        previous_distance=distance,
        minimum_distance=distance,
        bearing=bearing,
        contacts=contacts,
        step_time=0.1,
    )
    assert module.close_and_gentle(inputs) == pytest.approx(pays)


@pytest.mark.parametrize("file", ["my_task.yaml", "setup.py", "my_task/reward.py", "my_task/motion.py"])
def test_the_documentation_shows_my_task_as_it_is(file: str) -> None:
    assert (MY_TASK / file).read_text() in (EXAMPLES.parent / "docs" / "tasks.md").read_text()


def run(*words: object, folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "ROS_LOG_DIR": str(folder / "log")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """PYTHONPATH with the package installed."""
    folder = tmp_path_factory.mktemp("my_task")
    shutil.copytree(MY_TASK, folder / "source")
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index"]
    words = [*pip, "--quiet", "--target", folder / "packages", folder / "source"]
    subprocess.run(words, check=True, timeout=SECONDS)
    return os.pathsep.join([str(folder / "packages"), os.environ.get("PYTHONPATH", "")])


@pytest.mark.integration
def test_it_plays(installed: str, tmp_path: Path) -> None:
    script = EXAMPLES / "gymnasium_make.py"
    done = run(sys.executable, script, "--preset", PRESET, "--steps", 20, folder=tmp_path, path=installed)
    assert done.returncode == 0, done.stderr
    assert "actions Box(-1.0, 1.0, (2,), float32)" in done.stdout
    reward = re.search(r"reward (-?\d+\.\d\d)", done.stdout)
    assert reward is not None
    assert float(reward[1]) > 0.5  # near and in view from the start


@pytest.mark.e2e
@pytest.mark.skipif(shutil.which("ros2") is None, reason="needs ros2 launch")
def test_it_trains(installed: str, tmp_path: Path) -> None:
    small = tmp_path / "small.yaml"
    small.write_text(PRESET.read_text() + SMALL)
    launch = ("ros2", "launch", "object_tracker_sim", "distributed_training.launch.py")
    words = (f"preset:={small}", "total_steps:=128", f"output_dir:={tmp_path}/run")
    done = run(*launch, *words, folder=tmp_path, path=installed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "update 2: 128 of 128 steps" in done.stdout
    with (tmp_path / "run" / "progress.csv").open() as file:
        assert [row["update"] for row in csv.DictReader(file)] == ["1", "2"]
    assert len(list((tmp_path / "run" / "checkpoints").iterdir())) == 3  # untrained, and two updates


@pytest.mark.integration
def test_it_is_not_there_unless_installed(tmp_path: Path) -> None:
    words = (sys.executable, EXAMPLES / "gymnasium_make.py", "--preset", PRESET)
    done = run(*words, folder=tmp_path, path=os.environ.get("PYTHONPATH", ""))
    assert "my_task.yaml: reward.name: no reward 'close_and_gentle' (known: " in done.stderr
