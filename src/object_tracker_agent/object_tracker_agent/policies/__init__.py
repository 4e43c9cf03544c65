"""Networks: SB3's algorithm and policy for a preset, and a policy to act with. Imports torch."""

from object_tracker_agent.policies.learner import Learner, build_learner
from object_tracker_agent.policies.policy import Decision, Policy, load_policy
from object_tracker_agent.policies.spaces import action_space, channel_first, observation_space

__all__ = [
    "Decision",
    "Learner",
    "Policy",
    "action_space",
    "build_learner",
    "channel_first",
    "load_policy",
    "observation_space",
]
