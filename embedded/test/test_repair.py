"""The repair of the ROS wheels: paths replaced, libraries linked, nothing changed the second time."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

BUILD_PYTHON = "/opt/python/cp311-cp311"
CMAKE = f"""\
set_target_properties(a PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "{BUILD_PYTHON}/include/python3.11;\
{BUILD_PYTHON}/lib/python3.11/site-packages/numpy/_core/include;${{_IMPORT_PREFIX}}/include")
set_target_properties(b PROPERTIES INTERFACE_LINK_LIBRARIES "fastcdr;/usr/lib64/libtinyxml2.so;other")
"""


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """The folders of a virtual environment with one wheel's broken files in it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to(sys.executable)
    for folder in ("share/rclpy/cmake", "lib/cmake/fastrtps"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "targets.cmake").write_text(CMAKE)
    (tmp_path / "share/rclpy/cmake/untouched.cmake").write_text("set(x 1)\n")
    libraries = tmp_path / "lib/python3.11/site-packages/ros_rcl.libs"
    libraries.mkdir(parents=True)
    (libraries / "libyaml-1a2b3c.so.0").write_text("library")
    return tmp_path


def repair(root: Path, venv: Path) -> str:
    program = root / "embedded/wheels/repair.py"
    done = subprocess.run(
        [sys.executable, program, venv], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(folder: Path) -> dict[Path, str]:
    return {
        path: path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "python"
    }


def test_paths_of_the_build_machine_are_replaced(root: Path, venv: Path) -> None:
    assert repair(root, venv) == "2 CMake files repaired, 1 libraries linked\n"
    for file in ("share/rclpy/cmake/targets.cmake", "lib/cmake/fastrtps/targets.cmake"):
        text = (venv / file).read_text()
        assert "/opt/python" not in text
        assert "tinyxml2" not in text
        assert f'"{sysconfig.get_paths()["include"]};{np.get_include()};${{_IMPORT_PREFIX}}/include"' in text
        assert '"fastcdr;other"' in text


def test_hashed_libraries_are_found_in_one_folder(root: Path, venv: Path) -> None:
    repair(root, venv)
    link = venv / "lib/libyaml-1a2b3c.so.0"
    assert link.is_symlink()
    assert link.read_text() == "library"


def test_second_repair_changes_nothing(root: Path, venv: Path) -> None:
    repair(root, venv)
    before = contents(venv)
    assert repair(root, venv) == "0 CMake files repaired, 0 libraries linked\n"
    assert contents(venv) == before


def test_no_virtual_environment_is_one_line(root: Path, tmp_path: Path) -> None:
    program = root / "embedded/wheels/repair.py"
    done = subprocess.run(
        [sys.executable, program, tmp_path / "none"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
