"""When the workspace has to be built again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

READY = "ros_kind=wheels venv=/v gazebo_prefix=/g; if build_ready; then echo ready; else echo stale; fi"
RECORD = (
    'ros_kind=wheels venv=/v gazebo_prefix=/g; mkdir -p "$build_state" "$root/install"; '
    'touch "$root/install/setup.bash"; '
    'build_base >"$build_state/base"; list_sources >"$build_state/sources"; touch "$build_state/complete"'
)
PARTS = "settings output build"


@pytest.fixture
def clone(run_part, tmp_path: Path) -> Path:
    """A small workspace with a record of having been built."""
    clone = tmp_path / "clone"
    (clone / "src/a_package/test").mkdir(parents=True)
    for file in ("package.xml", "main.cc", "test/test_a.py"):
        (clone / "src/a_package" / file).write_text(file)
    assert run_part(PARTS, RECORD, clone).returncode == 0
    return clone


def state(run_part, clone: Path, ready: str = READY) -> str:
    return run_part(PARTS, ready, clone).stdout.strip()


def test_nothing_changed(run_part, clone: Path) -> None:
    assert state(run_part, clone) == "ready"


def test_edited_file(run_part, clone: Path) -> None:
    (clone / "src/a_package/main.cc").write_text("other text")
    assert state(run_part, clone) == "stale"


def test_edited_file_of_the_same_size_and_time(run_part, clone: Path) -> None:
    file = clone / "src/a_package/main.cc"
    before = file.stat()
    file.write_text("MAIN.CC")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert state(run_part, clone) == "stale"


def test_time_alone_means_nothing(run_part, clone: Path) -> None:
    os.utime(clone / "src/a_package/main.cc", (1, 1))
    assert state(run_part, clone) == "ready"


def test_link_to_another_place(run_part, clone: Path) -> None:
    link = clone / "src/a_package/link"
    link.symlink_to("main.cc")
    run_part(PARTS, RECORD, clone)
    assert state(run_part, clone) == "ready"
    link.unlink()
    link.symlink_to("package.xml")
    assert state(run_part, clone) == "stale"


def test_new_file(run_part, clone: Path) -> None:
    (clone / "src/a_package/more.cc").touch()
    assert state(run_part, clone) == "stale"


def test_deleted_file(run_part, clone: Path) -> None:
    (clone / "src/a_package/main.cc").unlink()
    assert state(run_part, clone) == "stale"


def test_python_tests_are_not_built(run_part, clone: Path) -> None:
    (clone / "src/a_package/test/test_b.py").touch()
    assert state(run_part, clone) == "ready"


@pytest.mark.parametrize("change", [("venv=/v", "venv=/w"), ("gazebo_prefix=/g", "gazebo_prefix=")])
def test_other_environment(run_part, clone: Path, change: tuple[str, str]) -> None:
    assert state(run_part, clone, READY.replace(*change)) == "stale"


def test_moved_clone(run_part, clone: Path) -> None:
    moved = clone.rename(clone.with_name("moved"))
    assert state(run_part, moved) == "stale"


def test_interrupted_build(run_part, clone: Path) -> None:
    (clone / "build/.ws/complete").unlink()
    assert state(run_part, clone) == "stale"
