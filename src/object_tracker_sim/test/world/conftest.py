"""Running world nodes for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .direct import TAKEOVER_AFTER
from .running_world import RunningWorld


@pytest.fixture
def start_world(tmp_path: Path) -> Iterator[Callable[..., RunningWorld]]:
    """Start world nodes with the parameters given, each on a domain of its own; they end with the test."""
    running: list[RunningWorld] = []

    def start(**parameters: Any) -> RunningWorld:
        running.append(RunningWorld(tmp_path / f"world{len(running)}.log", **parameters))
        return running[-1]

    yield start
    for world in running:
        world.close()


@pytest.fixture(scope="module")
def lockstep_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    """A world node with three arenas for the tests of a module that do not harm it."""
    world = RunningWorld(tmp_path_factory.mktemp("world") / "log", arenas=3)
    yield world
    world.close()


@pytest.fixture(scope="module")
def direct_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    """A world node with two arenas for the tests of a module that step the simulator program itself."""
    world = RunningWorld(tmp_path_factory.mktemp("direct") / "log", arenas=2, takeover_after=TAKEOVER_AFTER)
    yield world
    world.close()
