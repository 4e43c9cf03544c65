"""What a collector notes of where the Burger is belongs to the picture beside it."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv
from synthetic_env import make_env, tiny_preset

from object_tracker_agent.policies import Policy, build_learner
from object_tracker_agent.training.collector import Collector, Identity, whereabouts
from object_tracker_agent.training.layout import layout_of
from object_tracker_agent.training.rollout_buffer import fill

ARENAS = 4
LENGTHS = (1, 3, 5, 7)  # [steps] of the episodes of each arena


class TellingEnv(gymnasium.Env[np.ndarray, int]):
    """Each picture is all of one number, and the info that comes with it says which: in centimetres."""

    def __init__(self, arena: int) -> None:
        self.observation_space = spaces.Box(0, 255, (20, 24, 1), np.uint8)
        self.action_space = spaces.Discrete(6)
        self._arena, self._number = arena, 50 * arena

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        self._steps = 0
        return self._told()

    def step(self, action: int) -> Any:
        self._steps += 1
        observation, info = self._told()
        ended = self._steps == LENGTHS[self._arena]
        truncated = ended and self._arena % 2 == 0  # as by the time limit, or an interruption
        return observation, 1.0, ended and not truncated, truncated, info

    def _told(self) -> tuple[np.ndarray, dict[str, Any]]:
        self._number = (self._number + 1) % 250
        info = {
            "distance": self._number / 100,
            "bearing": self._number / 100 - 1,
            "in_view": self._number % 3 == 0,
        }
        return np.full((20, 24, 1), self._number, np.uint8), info


def expected_of(numbers: np.ndarray) -> np.ndarray:
    return np.stack([numbers % 3 == 0, numbers / 100 - 1, numbers / 100], -1).astype(np.float32)


@pytest.fixture
def collector() -> Collector:
    env = DummyVecEnv([lambda arena=arena: Monitor(TellingEnv(arena)) for arena in range(ARENAS)])
    preset = tiny_preset()
    return Collector(env, Policy(preset), layout_of(preset), Identity("0" * 16, "0", 1))


def test_where_is_that_of_the_observation(collector: Collector) -> None:
    for version in range(2):  # over the border of two rounds, too
        for arena, fragment in enumerate(collector.collect(version)):
            numbers = fragment.observations[:, 0, 0, 0].astype(int)
            assert (fragment.observations == numbers[:, None, None, None]).all()
            assert fragment.where.dtype == np.float32
            np.testing.assert_allclose(fragment.where, expected_of(numbers), atol=1e-6)
            ends = fragment.terminated | fragment.truncated
            assert ends.sum() >= 16 // LENGTHS[arena]
            fragment.check(layout_of(tiny_preset()))


def test_each_minibatch_has_that_of_its_pictures(collector: Collector) -> None:
    preset = tiny_preset(algorithm={"locating_coefficient": 0.5})
    buffer = build_learner(preset, "cpu", 1).rollout_buffer
    for version in range(2):
        fill(buffer, collector.collect(version))
        for _epoch in range(2):
            for samples in buffer.get(16):
                numbers = samples.observations[:, 0, 0, 0].numpy().astype(int)
                assert len(set(np.diff(numbers))) > 1  # shuffled
                np.testing.assert_allclose(buffer.minibatch, expected_of(numbers), atol=1e-6)
    buffer.reset()
    assert buffer.minibatch is None


def test_an_environment_that_does_not_tell() -> None:
    preset = tiny_preset()
    torch.manual_seed(1)
    collector = Collector(make_env(preset, 3), Policy(preset), layout_of(preset), Identity("0" * 16, "0", 1))
    assert not np.array([fragment.where[:, :2] for fragment in collector.collect(0)]).any()


@pytest.mark.parametrize("name", ["bearing", "distance"])
def test_what_the_simulator_cannot_tell(name: str) -> None:
    info = {"in_view": True, "bearing": 0.25, "distance": 2.0, "success": False}
    assert whereabouts(info) == (1.0, 0.25, 2.0)
    assert whereabouts({**info, name: float("nan")}) == (0.0, 0.0, 0.0)
