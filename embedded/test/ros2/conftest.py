"""A `ros2` to test, and a package for it.

The stand-in has to behave like the real one where both can do a thing: with ROS2_UNDER_TEST set to the path
of a real `ros2`, the tests not marked `stand_in_only` run on that one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

STAND_IN = Path(__file__).resolve().parents[2] / "ros2/bin/ros2"
UNDER_TEST = os.environ.get("ROS2_UNDER_TEST", str(STAND_IN))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "stand_in_only: the real ros2 differs here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("stand_in_only") and str(STAND_IN) != UNDER_TEST:
            item.add_marker(pytest.mark.skip(reason="the real ros2 differs here"))


@dataclass
class Ros2:
    """Runs `ros2` in a folder, on a package `pkg` with one executable `say`, which prints its arguments."""

    folder: Path

    def environment(self) -> dict[str, str]:
        prefixes = f"{self.folder / 'prefix'}:{os.environ.get('AMENT_PREFIX_PATH', '')}"
        return {**os.environ, "AMENT_PREFIX_PATH": prefixes, "ROS_LOG_DIR": str(self.folder / "log")}

    def start(self, *arguments: str, own_group: bool = False) -> subprocess.Popen[str]:
        """Start it with SIGINT as a terminal would: a test runner in the background may ignore it."""
        return subprocess.Popen(
            [UNDER_TEST, *arguments],
            cwd=self.folder,
            env=self.environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=own_group,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def launch(self, body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("launch", str(self.launch_file(body)), *arguments)

    def launch_file(self, body: str, name: str = "test.launch.py") -> Path:
        """Write a launch file whose description is the list `actions` that `body` makes."""
        lines = [IMPORTS, body, "def generate_launch_description():", "    return LaunchDescription(actions)"]
        path = self.folder / "prefix/share/pkg/launch" / name
        path.write_text("\n".join(lines))
        return path


IMPORTS = """
from launch import LaunchDescription
from launch.actions import (DeclareLaunchArgument, EmitEvent, ExecuteProcess, GroupAction,
    IncludeLaunchDescription, LogInfo, OpaqueFunction, RegisterEventHandler, SetEnvironmentVariable, Shutdown)
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown as ShutdownEvent
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare
"""


@pytest.fixture
def ros2(tmp_path: Path) -> Ros2:
    prefix = tmp_path / "prefix"
    for folder in ("share/ament_index/resource_index/packages", "share/pkg/launch", "lib/pkg"):
        (prefix / folder).mkdir(parents=True)
    (prefix / "share/ament_index/resource_index/packages/pkg").touch()
    (prefix / "share/pkg/package.xml").write_text("<package/>")
    say = prefix / "lib/pkg/say"
    say.write_text(f"#!{sys.executable}\nimport sys\nprint('args', sys.argv[1:], flush=True)\n")
    say.chmod(0o755)
    return Ros2(tmp_path)


@pytest.fixture
def read_until() -> Callable[[subprocess.Popen[str], str], list[str]]:
    return _read_until


def _read_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """Read the process's output up to the line that has `text` in it; return the lines."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError(f"{text!r} did not come: {''.join(lines)}")
