"""The reward `inverse_distance`, a part of `approach`: 10/d per metre gained."""

from __future__ import annotations

import math

from object_tracker_agent.rewards.inputs import RewardInputs

GAIN = 10.0  # [m⁰] the original's constant
NEAREST = 1e-3  # [m] keeps the logarithm finite if the origins coincide


def inverse_distance(inputs: RewardInputs) -> float:
    """Return 10·ln(d_min / d) when the distance d is a new minimum of the episode, else 0.

    It is the integral of 10/d over the metres gained: inversely proportional to the distance, as the original
    sample's notebook words its reward. The rewards of an episode add up to 10·ln(d_start / d_min at the end),
    however many steps that took, so there is nothing to collect by circling (the original pays per step).
    """
    distance = max(inputs.distance, NEAREST)
    minimum = max(inputs.minimum_distance, NEAREST)
    return GAIN * math.log(minimum / distance) if distance < minimum else 0.0
