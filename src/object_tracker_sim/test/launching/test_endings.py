"""What the end of one process means for the launch, under whichever `ros2 launch` is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("ros2") is None, reason="needs ros2 launch")

FILE = """
from launch import LaunchDescription
from launch.actions import ExecuteProcess
from object_tracker_sim.launching.processes import ends_the_launch, may_finish, must_last

def generate_launch_description():
    one = ExecuteProcess(cmd=["sh", "-c", {script!r}], name="one")
    other = ExecuteProcess(cmd=["sleep", "{other}"], name="other")
    return LaunchDescription([{rule}(one, "one"), must_last(other, "other"), other, one])
"""


def launch(folder: Path, rule: str, script: str, other: int = 100) -> subprocess.CompletedProcess[str]:
    path = folder / "test.launch.py"
    path.write_text(FILE.format(rule=rule, script=script, other=other))
    return subprocess.run(
        ["ros2", "launch", str(path)],
        env={**os.environ, "ROS_LOG_DIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def errors(result: subprocess.CompletedProcess[str]) -> list[str]:
    mark = "Caught exception in launch (see debug for traceback): "
    return [line.partition(mark)[2] for line in result.stdout.splitlines() if mark in line]


SAY_WHY = "; its lines, marked [one-2], say why (here above and in the log files named at the start)"


@pytest.mark.parametrize(
    ("rule", "script", "message"),
    [
        ("must_last", "exit 0", "one ended before its time" + SAY_WHY),
        ("must_last", "exit 3", "one failed with exit status 3" + SAY_WHY),
        ("ends_the_launch", "exit 1", "one failed with exit status 1" + SAY_WHY),
        ("may_finish", "kill -9 $$", "one was killed by SIGKILL, perhaps for want of memory" + SAY_WHY),
    ],
)
def test_a_failure_ends_everything_with_status_1(tmp_path, rule, script, message):
    result = launch(tmp_path, rule, script)
    assert result.returncode == 1
    assert errors(result) == [message]
    assert "[other-1]: process has died" in result.stdout


def test_the_end_of_the_one_that_counts_is_success(tmp_path):
    result = launch(tmp_path, "ends_the_launch", "exit 0")
    assert (result.returncode, errors(result)) == (0, [])


def test_one_that_may_finish_leaves_the_others_running(tmp_path):
    result = launch(tmp_path, "may_finish", "exit 0", other=1)
    assert result.returncode == 1
    assert errors(result)[0].startswith("other ended before its time")
