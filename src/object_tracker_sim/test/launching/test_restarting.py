"""A part that dies is started again, a bounded number of times, under whichever `ros2 launch` is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from object_tracker_sim.launching.restarting import RESTARTS, WINDOW, Restarts

FILE = """
from launch import LaunchDescription
from launch.actions import ExecuteProcess
from launch.actions import DeclareLaunchArgument
from object_tracker_sim.launching.restarting import restarted

def generate_launch_description():
    def start():
        return ExecuteProcess(cmd=["sh", "-c", {script!r}], name="one")
    declared = [DeclareLaunchArgument("restarts", default_value={restarts!r})] if {restarts!r} else []
    one = restarted(start, "one", finished={finished}, after=lambda s: s < 0 or s == 75)
    return LaunchDescription([*declared, *one])
"""


THEN = """
from launch.actions import EmitEvent, LogInfo
from launch.events import Shutdown

def then():
    return [LogInfo(msg="and then"), EmitEvent(event=Shutdown())]
"""


def launch(
    folder: Path, script: str, finished: str = '"shutdown"', restarts: str = ""
) -> tuple[int, str, int]:
    """Return exit status, output, and how often the part was started."""
    path, starts = folder / "test.launch.py", folder / "starts"
    script = f"echo >> {starts}; {script.format(starts=starts)}"
    path.write_text(THEN + FILE.format(script=script, finished=finished, restarts=restarts))
    result = subprocess.run(
        ["ros2", "launch", str(path)],
        env={**os.environ, "ROS_LOG_DIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return result.returncode, result.stdout, len(starts.read_text().splitlines())


needs_ros2 = pytest.mark.skipif(shutil.which("ros2") is None, reason="needs ros2 launch")


@needs_ros2
@pytest.mark.parametrize("death", ["kill -9 $$", "exit 75"])
def test_comes_back_until_it_has_finished(tmp_path, death):
    status, output, starts = launch(tmp_path, f"[ $(wc -l < {{starts}}) = 3 ] || {death}")
    assert (status, starts) == (0, 3), output
    assert output.count("; starting it again") == 2


@needs_ros2
def test_what_comes_after_it_comes_once(tmp_path):
    status, output, starts = launch(tmp_path, "[ $(wc -l < {starts}) = 2 ] || kill -9 $$", "then")
    assert (status, starts) == (0, 2), output
    assert output.count("and then") == 1


@needs_ros2
def test_dying_again_and_again_fails_the_launch(tmp_path):
    status, output, starts = launch(tmp_path, "kill -9 $$")
    assert (status, starts) == (1, RESTARTS + 1), output
    assert f"{RESTARTS + 1} times within {WINDOW:.0f} s; its lines" in output


@needs_ros2
def test_the_launch_says_how_often(tmp_path):
    status, output, starts = launch(tmp_path, "kill -9 $$", restarts="1")
    assert (status, starts) == (1, 2), output
    assert "2 times within" in output


@needs_ros2
def test_a_refusal_is_not_tried_again(tmp_path):
    status, output, starts = launch(tmp_path, "exit 1")
    assert (status, starts) == (1, 1), output
    assert "one failed with exit status 1; its lines" in output


def test_a_part_that_has_lasted_may_die_again():
    now = 0.0
    restarts = Restarts(lambda: now)
    assert all(restarts.allowed() for _ in range(RESTARTS))
    assert not restarts.allowed()
    now = WINDOW + 1
    assert restarts.allowed()
