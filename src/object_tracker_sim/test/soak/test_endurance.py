"""Every episode is compared with the first of its seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_agent.ros import SimulationDescription, StepReply
from object_tracker_sim.soak.endurance import SEEDS, Endurance


class Client:
    """A simulation of moving Waffles that can be told to get one pixel wrong."""

    def __init__(self, arenas: int) -> None:
        self.wrong_at = -1
        self.restarts = 0
        self.calls = 0
        self._time = 0
        self._waffle = np.zeros((arenas, 7))
        self._burger = np.tile([3.5, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], (arenas, 1))

    def wait_ready(self, timeout: float) -> SimulationDescription:
        n = len(self._waffle)
        return SimulationDescription(True, "", "lockstep", "w", n, 0.004, 5.0, 120, 160, 3, 1.0)

    def step(self, duration: float, *, resets: Any = (), waffle_command: Any = None, **_: Any) -> StepReply:
        for start in resets:
            self._waffle[start.arena] = [*start.waffle_pose, 0, 0, 0, 1]
            self._burger[start.arena, :2] = start.burger_pose[:2]
        if waffle_command is not None:
            self._waffle[:, :2] += duration * waffle_command
        self._time += round(duration * 1e9)
        self.calls += 1
        n = len(self._waffle)
        frames = np.zeros((n, 120, 160, 3), np.uint8)
        frames[:, 0, 0, 0] = (1000 * self._waffle[:, 1]).astype(int) % 256
        if self.calls == self.wrong_at:
            frames[0, -1, -1, -1] = 1
        twist = np.zeros((n, 6))
        return StepReply(
            self._time,
            frames,
            self._waffle.copy(),
            twist,
            self._burger.copy(),
            twist,
            np.zeros(n, np.uint8),
            [""] * n,
            self.restarts,
        )


def test_the_same_episodes_pass():
    said: list[int] = []
    endurance = Endurance(Client(3), load_preset("approach"), 4)  # type: ignore[arg-type]
    endurance.run(3 * 4 * SEEDS * 2, said.append)
    assert endurance.steps == sum(said) == 3 * 4 * SEEDS * 2
    assert endurance.resets == 3 + 3 * SEEDS * 2


def test_one_wrong_pixel_long_after_is_noticed():
    client = Client(3)
    endurance = Endurance(client, load_preset("approach"), 4)  # type: ignore[arg-type]
    endurance.run(3 * 4 * SEEDS, lambda steps: None)
    client.wrong_at = client.calls + 7
    with pytest.raises(UserError, match=r"episode \d+ in arena 0 is not what it was the first time"):
        endurance.run(3 * 4 * 5, lambda steps: None)


def test_a_restart_is_a_failure():
    client = Client(2)
    endurance = Endurance(client, load_preset("approach"), 4)  # type: ignore[arg-type]
    client.restarts = 1
    with pytest.raises(UserError, match="the simulator failed after 0 steps and 2 resets"):
        endurance.run(8, lambda steps: None)
