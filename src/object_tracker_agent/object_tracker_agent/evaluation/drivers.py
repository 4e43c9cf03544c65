"""Who drives in trials: a policy, a script that knows where the Burger is, or chance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces

from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.evaluation import RANDOM, SCRIPTED
from object_tracker_agent.evaluation.scripted import ScriptedDriver
from object_tracker_agent.policies import Policy, channel_first

STREAM = 4
"""Tells the random driver's generator from the others that the same episode's seed makes."""


class Driver(Protocol):
    """Says what every arena's Waffle does."""

    def begin(self, arenas: Iterable[int]) -> None:
        """Hear that a new episode has begun in each of `arenas`."""
        ...

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Return an action per arena, for the environment.

        Args:
            observations: what the environment returned last. Shape: (arenas, height, width, channels)
        """
        ...


class PolicyDriver:
    """Takes a policy's most probable action."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def begin(self, arenas: Iterable[int]) -> None:
        """Keep nothing: a policy has no memory."""

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Look at the pictures."""
        return self._policy.decide(channel_first(np.asarray(observations)), best=True).carried_out


class RandomDriver:
    """Draws each action evenly from all that there are: what a policy must beat.

    The draws depend on the episode's seed alone, not on the arena.
    """

    def __init__(self, env: ObjectTrackerVecEnv) -> None:
        self._env = env
        self._generators: list[np.random.Generator] = [np.random.default_rng()] * env.num_envs

    def begin(self, arenas: Iterable[int]) -> None:
        """Seed the arenas' draws by their episodes."""
        for arena in arenas:
            self._generators[arena] = np.random.default_rng([self._env.lockstep.start_seeds[arena], STREAM])

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Look at nothing."""
        return np.array([_draw(self._env.action_space, generator) for generator in self._generators])


def _draw(space: spaces.Space[Any], generator: np.random.Generator) -> Any:
    if isinstance(space, spaces.Discrete):
        return generator.integers(int(space.n))
    assert isinstance(space, spaces.Box)  # there is no third kind, see envs.actions
    return generator.uniform(space.low, space.high).astype(np.float32)


def make_driver(name: str, env: ObjectTrackerVecEnv, policy: Policy | None) -> Driver:
    """Return the driver of that name for the arenas of `env`; only ``policy`` needs a policy."""
    if name == SCRIPTED:
        return ScriptedDriver(env)
    if name == RANDOM:
        return RandomDriver(env)
    assert policy is not None
    return PolicyDriver(policy)
