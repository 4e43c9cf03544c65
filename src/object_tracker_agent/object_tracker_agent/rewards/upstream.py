"""The original sample's reward, kept for comparison."""

from __future__ import annotations

from object_tracker_agent.rewards.inputs import RewardInputs

GAIN = 10.0  # [m²] the original's constant
NEAREST = 1e-3  # [m] keeps the quotient finite if the origins coincide


def upstream(inputs: RewardInputs) -> float:
    """Return 10 / d² when the distance d [m] is a new minimum of the episode, else 0.

    Source: AWS RoboMaker sample "Object Tracker" (archived), its class TurtleBot3ObjectTrackerAndFollowerEnv.
    Its sum grows with the number of new minima: a slow spiral around the Burger pays more than arriving.
    """
    if inputs.distance < inputs.minimum_distance:
        return GAIN / max(inputs.distance, NEAREST) ** 2
    return 0.0
