"""Rewards by name: ours, and those that installed packages offer as entry points."""

from __future__ import annotations

from collections.abc import Callable

from object_tracker_agent.offers import Offers
from object_tracker_agent.rewards.approach import approach
from object_tracker_agent.rewards.find_and_keep import find_and_keep
from object_tracker_agent.rewards.inputs import RewardInputs
from object_tracker_agent.rewards.inverse_distance import inverse_distance
from object_tracker_agent.rewards.keep_distance import keep_distance
from object_tracker_agent.rewards.upstream import upstream

Reward = Callable[[RewardInputs], float]

ENTRY_POINT_GROUP = "object_tracker.rewards"
BUILT_IN: dict[str, Reward] = {
    "approach": approach,
    "inverse_distance": inverse_distance,
    "upstream": upstream,
    "keep_distance": keep_distance,
    "find_and_keep": find_and_keep,
}
_OFFERS: Offers[Reward] = Offers("reward", ENTRY_POINT_GROUP, BUILT_IN)


def reward_names() -> list[str]:
    """Return the names of all rewards there are, ours first; imports nobody's code."""
    return _OFFERS.names()


def find_reward(name: str) -> Reward:
    """Return the reward called `name`: a function of `RewardInputs` that returns a number.

    An installed package offers its own in its setup.py, under `entry_points`:
    ``"object_tracker.rewards": ["NAME = package.module:function"]``. Our names cannot be taken.

    Raises:
        UserError: there is none of that name, or the package that offers it cannot be imported.
    """
    return _OFFERS.find(name)
