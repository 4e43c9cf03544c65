"""The reward of `approach`: 10/d per metre gained, and a share for facing the Burger."""

from __future__ import annotations

from object_tracker_agent.rewards.inputs import RewardInputs
from object_tracker_agent.rewards.inverse_distance import inverse_distance

FACING = 10.0  # [1/rad] a tenth of a radian towards the Burger pays as much as a tenth of the way to it


def approach(inputs: RewardInputs) -> float:
    """Return `inverse_distance` plus 10 per radian by which the Burger's bearing has come nearer to 0.

    The second part is the change of a potential, -10·|bearing|: over an episode it adds up to the bearing at
    its start less that at its end, whatever was done between, so neither turning to and fro nor circling
    collects anything. It is not quite the shaping of Ng, Harada and Russell 1999 ("Policy invariance under
    reward transformations"), gamma·potential' - potential, which changes no optimal policy: to a learner that
    discounts by gamma it is that and a cost of (1 - gamma)·10·|bearing| per step, which favours the same end.
    """
    turned = abs(inputs.previous_bearing) - abs(inputs.bearing)
    return inverse_distance(inputs) + FACING * turned
