"""Rewards by name: ours, and those that installed packages offer as entry points."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from object_tracker_agent.errors import UserError
from object_tracker_agent.nearest import did_you_mean
from object_tracker_agent.rewards.inputs import RewardInputs
from object_tracker_agent.rewards.inverse_distance import inverse_distance
from object_tracker_agent.rewards.upstream import upstream

Reward = Callable[[RewardInputs], float]

ENTRY_POINT_GROUP = "object_tracker.rewards"
BUILT_IN: dict[str, Reward] = {"inverse_distance": inverse_distance, "upstream": upstream}


def reward_names() -> list[str]:
    """Return the names of all rewards there are, ours first; imports nobody's code."""
    return [*BUILT_IN, *sorted(name for name in _offered() if name not in BUILT_IN)]


def find_reward(name: str) -> Reward:
    """Return the reward called `name`: a function of `RewardInputs` that returns a number.

    An installed package offers its own in its setup.py, under `entry_points`:
    ``"object_tracker.rewards": ["NAME = package.module:function"]``. Our names cannot be taken.

    Raises:
        UserError: there is none of that name, or the package that offers it cannot be imported.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    offered = _offered()
    if name not in offered:
        known = reward_names()
        raise UserError(f"no reward '{name}'{did_you_mean(name, known)} (known: {', '.join(known)})")
    point = offered[name]
    try:
        reward = point.load()
    except (ImportError, AttributeError) as error:
        raise UserError(f"reward '{name}': cannot load {point.value}: {error}") from None
    if not callable(reward):
        raise UserError(f"reward '{name}': {point.value} is not a function")
    return reward


def _offered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
