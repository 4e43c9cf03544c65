"""Rewards: small functions of named quantities, found by name."""

from object_tracker_agent.rewards.inputs import RewardInputs
from object_tracker_agent.rewards.registry import ENTRY_POINT_GROUP, Reward, find_reward, reward_names

__all__ = ["ENTRY_POINT_GROUP", "Reward", "RewardInputs", "find_reward", "reward_names"]
