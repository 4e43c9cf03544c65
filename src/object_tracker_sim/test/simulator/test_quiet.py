"""Stepping is the work of one thread: Gazebo's others are not told of every iteration."""

from __future__ import annotations

from pathlib import Path

import pytest

from object_tracker_sim.simulator import Simulator

pytestmark = pytest.mark.integration

ITERATIONS = 5000


def switches_of_others(pid: int) -> int:
    """Return how often threads other than the first have gone to sleep so far."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        if int(task.name) != pid:
            lines = (task / "status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))
    return total


def test_an_iteration_wakes_no_other_thread(start_simulator) -> None:
    simulator: Simulator = start_simulator(arenas=2)
    simulator.step(1, waffle_command=[[0.2, 0.1]] * 2, burger_command=[[0.1, 0.1]] * 2)
    before = switches_of_others(simulator.description.pid)
    simulator.step(ITERATIONS, timeout=60.0)
    # What wakes by the clock remains: some hundred in a second. A message per iteration made it thousands.
    assert switches_of_others(simulator.description.pid) - before < ITERATIONS / 5
