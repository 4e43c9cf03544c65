"""Glass is seen, and what is behind it, wherever the two stand in the world file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from object_tracker_sim.simulator import Reset, Simulator

pytestmark = pytest.mark.integration


def test_a_wall_behind_glass(start_simulator: Callable[..., Simulator]) -> None:
    simulator = start_simulator(arenas=2, world=Path(__file__).parent / "worlds" / "window.world")
    away = [Reset(arena, burger_pose=(-3.0, 0.0, 0.0)) for arena in range(2)]
    for frame in simulator.step(0, resets=away).frames.astype(int):
        through, beside = frame[50, 80], frame[50, 10]  # row, column
        assert (beside > 240).all()  # white wall
        assert through[0] > 240  # red of the glass over white
        assert (abs(through[1:] - 127) < 12).all()
