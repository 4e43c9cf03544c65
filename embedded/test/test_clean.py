"""`ws clean` removes what ws made, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The cache folder, with an entry of each kind and something foreign."""
    cache = tmp_path / "cache/object_tracker"
    for entry in ("venv-1/bin", "gazebo-1/lib", "ccache/a", "downloads/gazebo", "mine"):
        (cache / entry).mkdir(parents=True)
    return cache


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def remove(run_part) -> None:
    assert run_part("settings output cache", "remove_cache").returncode == 0


def test_only_known_entries_are_removed(run_part, cache: Path) -> None:
    remove(run_part)
    assert names(cache) == ["mine"]


def test_empty_cache_folder_goes_too(run_part, cache: Path) -> None:
    (cache / "mine").rmdir()
    remove(run_part)
    assert not cache.exists()


def test_links_are_not_followed(run_part, cache: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "venv-2").mkdir(parents=True)
    (cache / "venv-link").symlink_to(other)
    remove(run_part)
    assert names(other) == ["venv-2"]
    (cache / "mine").rmdir()
    cache.rmdir()
    cache.symlink_to(other)
    remove(run_part)
    assert names(other) == ["venv-2"]


def test_clean_leaves_sources_and_runs(run_part, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for folder in ("build", "install", "log", "src", "runs", "embedded"):
        (clone / folder).mkdir(parents=True)
    assert run_part("settings output cache commands", "command_clean", clone).returncode == 0
    assert names(clone) == ["embedded", "runs", "src"]
