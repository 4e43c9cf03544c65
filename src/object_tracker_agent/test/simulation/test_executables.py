"""Executables are found as `ros2 run` finds them."""

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.simulation.executables import find_executable


@pytest.fixture
def prefix(tmp_path, monkeypatch):
    """An install folder with a package `stage` that has an executable and a plain file."""
    index = tmp_path / "share/ament_index/resource_index/packages"
    index.mkdir(parents=True)
    (index / "stage").touch()
    folder = tmp_path / "lib/stage"
    folder.mkdir(parents=True)
    (folder / "play").touch(mode=0o755)
    (folder / "data").touch(mode=0o644)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    return tmp_path


def test_found(prefix):
    assert find_executable("stage", "play") == prefix / "lib/stage/play"


@pytest.mark.parametrize("name", ["data", "nothing"])
def test_no_such_executable(prefix, name):
    with pytest.raises(
        UserError, match=rf"package 'stage' at {prefix} has no executable '{name}': build the"
    ):
        find_executable("stage", name)


@pytest.mark.parametrize("path", ["PREFIX", ""])
def test_no_such_package(prefix, monkeypatch, path):
    monkeypatch.setenv("AMENT_PREFIX_PATH", path.replace("PREFIX", str(prefix)))
    with pytest.raises(UserError, match="ROS package 'nothing' is not found: build the workspace"):
        find_executable("nothing", "play")


def test_nothing_sourced(monkeypatch):
    monkeypatch.delenv("AMENT_PREFIX_PATH")
    with pytest.raises(UserError, match="source its install/setup"):
        find_executable("stage", "play")
