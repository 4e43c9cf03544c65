"""A small environment with pictures, for tests: where is the bright bar, and which action names its place?"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from object_tracker_agent.envs.actions import action_space
from object_tracker_agent.presets import Preset, load_preset

TINY = {
    "observation": {"height": 20, "width": 24, "channels": 1, "stack": 1},
    "network": {"convolutions": [[4, 4, 2], [8, 3, 2]], "dense": 16},
    "algorithm": {
        "batch_size": 32,
        "epochs": 2,
        "steps_per_update": 64,
        "fragment_steps": 16,
        "learning_rate": 3e-3,
        "learning_rate_schedule": "constant",
    },
    "training": {"total_steps": 320, "arenas": 2},
}


def tiny_preset(**sections: dict[str, Any]) -> Preset:
    """The preset `approach` with small pictures, network and updates, and what `sections` change."""
    values = load_preset("approach").to_dict()
    for changes in (TINY, sections):
        for section, entries in changes.items():
            before = values[section]
            values[section] = {**before, **entries} if isinstance(before, dict) else entries
    return Preset.from_dict(values, "tiny preset")


class BarEnv(gymnasium.Env[np.ndarray, int]):
    """A bar stands in one of as many places as there are actions; naming its place pays.

    The second right terminates (success); 7 steps truncate. Rewards are not round numbers. With continuous
    actions the first of the two numbers tells the place, and there are six.
    """

    def __init__(self, preset: Preset, seed: int) -> None:
        observation = preset.observation
        shape = (observation.height, observation.width, observation.channels * observation.stack)
        self.observation_space = spaces.Box(0, 255, shape, np.uint8)
        self.action_space = action_space(preset)
        self._places = len(preset.actions) if isinstance(preset.actions, tuple) else 6
        self._random = np.random.default_rng(seed)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        self._steps = self._rights = 0
        return self._picture(), {}

    def step(self, action: int) -> Any:
        right = self._named(action) == self._place
        self._steps += 1
        self._rights += right
        success = self._rights == 2
        reward = float(right) + 0.137 * float(self._random.normal())
        truncated = not success and self._steps == 7
        info = {"success": success, "distance": 1.0 / (1 + self._rights)}
        return self._picture(), reward, success, truncated, info

    def _named(self, action: Any) -> int:
        if isinstance(self.action_space, spaces.Discrete):
            return int(action)
        assert self.action_space.contains(action)  # clipped
        return min(int((action[0] + 1) / 2 * self._places), self._places - 1)

    def _picture(self) -> np.ndarray:
        self._place = int(self._random.integers(self._places))
        picture = self._random.integers(0, 60, self.observation_space.shape, np.uint8)
        wide = self.observation_space.shape[1] // self._places
        picture[:, self._place * wide : (self._place + 1) * wide] += 180
        return picture


class ChannelFirst(gymnasium.ObservationWrapper[np.ndarray, int, np.ndarray]):
    """Pictures as SB3 wants them; its VecTransposeImage leaves strides with which torch rounds otherwise."""

    def __init__(self, env: BarEnv) -> None:
        super().__init__(env)
        height, width, channels = env.observation_space.shape
        self.observation_space = spaces.Box(0, 255, (channels, height, width), np.uint8)

    def observation(self, observation: np.ndarray) -> np.ndarray:
        return np.moveaxis(observation, -1, 0).copy()


def make_env(preset: Preset, seed: int, arenas: int = 2, *, channel_first: bool = False) -> VecEnv:
    """That environment `arenas` times; pictures height first, as ObjectTrackerVecEnv gives them."""

    def one(arena: int) -> Monitor[np.ndarray, int]:
        env = BarEnv(preset, 1000 * seed + arena)
        return Monitor(ChannelFirst(env) if channel_first else env)

    return DummyVecEnv([lambda arena=arena: one(arena) for arena in range(arenas)])
