"""Names of cache entries: the same for the same contents, another when what they are made from changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

VENV = 'python=/usr/bin/python3 python_version=3.11.2; choose_venv; echo "$venv"'


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """A copy of the files that the keys are made from."""
    clone = tmp_path / "clone"
    ignore = shutil.ignore_patterns("__pycache__", "ros2", "test")
    shutil.copytree(root / "embedded", clone / "embedded", ignore=ignore)
    return clone


def venv_of(run_part, clone: Path, code: str = VENV) -> str:
    return run_part("settings output python", code, clone).stdout


def gazebo_of(run_part, clone: Path) -> str:
    return run_part("settings output python gazebo", "gazebo_key", clone).stdout


def test_venv_key_is_stable(run_part, root: Path, clone: Path, tmp_path: Path) -> None:
    key = venv_of(run_part, clone)
    assert key == venv_of(run_part, clone) == venv_of(run_part, root)
    assert key.startswith(str(tmp_path / "cache/object_tracker/venv-"))


@pytest.mark.parametrize("file", ["requirements/ros.txt", "wheels/repair.py", "wheels/create_venv.sh"])
def test_venv_key_follows_what_it_is_made_from(run_part, clone: Path, file: str) -> None:
    key = venv_of(run_part, clone)
    with (clone / "embedded" / file).open("a") as changed:
        changed.write("# more\n")
    assert venv_of(run_part, clone) != key


def test_venv_key_follows_the_python(run_part, clone: Path) -> None:
    assert venv_of(run_part, clone) != venv_of(run_part, clone, VENV.replace("3.11.2", "3.11.3"))
    assert venv_of(run_part, clone) != venv_of(run_part, clone, VENV.replace("/usr/bin", "/usr/local/bin"))


def test_gazebo_key_follows_packages_suite_and_layout_alone(run_part, clone: Path) -> None:
    key = gazebo_of(run_part, clone)
    fetch = clone / "embedded/gazebo/fetch.sh"
    text = fetch.read_text()

    fetch.write_text(text + "# a remark\n")
    assert gazebo_of(run_part, clone) == key

    fetch.write_text(text.replace("layout=", "layout=9", 1))
    assert gazebo_of(run_part, clone) != key

    fetch.write_text(text)
    with (clone / "embedded/gazebo/packages_headers.txt").open("a") as changed:
        changed.write("libbullet-dev\n")
    assert gazebo_of(run_part, clone) != key
