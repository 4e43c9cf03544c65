"""What the simulator's tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from object_tracker_sim.simulator import Simulator, SimulatorSettings, resolve_world

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def room() -> Path:
    """A world with a wall, a box and a ball, and without robots."""
    return HERE / "worlds" / "room.world"


@pytest.fixture(scope="session")
def furnished() -> Path:
    """A world with eight pieces of furniture, and without robots."""
    return HERE / "worlds" / "furnished.world"


@pytest.fixture(scope="session")
def robot_models() -> Path:
    """The folder with waffle_pi and burger, in the sources."""
    return HERE.parents[1] / "models"


@pytest.fixture(scope="module")
def start_simulator() -> Iterator[Callable[..., Simulator]]:
    """Start simulators that end with the module."""
    started: list[Simulator] = []

    def start(arenas: int = 1, world: Path | str = "empty", **settings: int) -> Simulator:
        path = resolve_world(str(world))
        simulator = Simulator(SimulatorSettings(world=path, arenas=arenas, **settings))
        simulator.start()
        started.append(simulator)
        return simulator

    yield start
    for simulator in started:
        simulator.close()
