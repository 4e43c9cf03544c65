"""The default reward of `approach`: 10/d per metre gained, and a share for facing the Burger."""

from __future__ import annotations

from object_tracker_agent.rewards.inputs import RewardInputs
from object_tracker_agent.rewards.inverse_distance import inverse_distance

FACING = 4.0  # [1/rad] a radian turned towards the Burger pays as much as coming from 1.5 m to 1 m


def approach(inputs: RewardInputs) -> float:
    """Return `inverse_distance` plus 4 per radian by which the Burger's bearing has come nearer to 0.

    The second part is the change of a potential, -4·|bearing| (Ng, Harada and Russell 1999, "Policy
    invariance under reward transformations"): over an episode it adds up to the bearing at its start less
    that at its end, whatever was done between, so neither turning to and fro nor circling collects anything.
    """
    turned = abs(inputs.previous_bearing) - abs(inputs.bearing)
    return inverse_distance(inputs) + FACING * turned
