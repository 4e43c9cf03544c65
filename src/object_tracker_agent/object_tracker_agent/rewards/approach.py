"""The default reward of `approach`: 10/d per metre gained, and a share for facing the Burger."""

from __future__ import annotations

from object_tracker_agent.rewards.inputs import RewardInputs
from object_tracker_agent.rewards.inverse_distance import inverse_distance

FACING = 10.0  # [1/rad] a tenth of a radian towards the Burger pays as much as a tenth of the way to it


def approach(inputs: RewardInputs) -> float:
    """Return `inverse_distance` plus 10 per radian by which the Burger's bearing has come nearer to 0.

    The second part is the change of a potential, -10·|bearing| (Ng, Harada and Russell 1999, "Policy
    invariance under reward transformations"): over an episode it adds up to the bearing at its start less
    that at its end, whatever was done between, so neither turning to and fro nor circling collects anything.
    """
    turned = abs(inputs.previous_bearing) - abs(inputs.bearing)
    return inverse_distance(inputs) + FACING * turned
