"""The reward of `follow_hard`: as keep_distance, and a share for getting back to where following pays."""

from __future__ import annotations

from object_tracker_agent.rewards.inputs import RewardInputs
from object_tracker_agent.rewards.keep_distance import WANTED, keep_distance

FACING = 0.5  # [1/rad] turning on the spot at 0.9 rad/s pays half of what following does
NEARING = 2.0  # [1/m] driving at 0.26 m/s pays half of what following does


def find_and_keep(inputs: RewardInputs) -> float:
    """Return `keep_distance` plus 0.5 per radian turned to the Burger, 2 per metre come to 0.65 m.

    The second part is the change of a potential, -0.5·|bearing| - 2·|d - 0.65 m|: over an episode it adds up
    to the state at its end less that at its start, whatever was done between. It is not quite the shaping of
    Ng, Harada and Russell 1999 ("Policy invariance under reward transformations"), gamma·potential' -
    potential, which changes no optimal policy: to a learner that discounts by gamma it is that and a cost of
    (1 - gamma) times the potential's size per step, which `keep_distance` charges for, too.
    `keep_distance` alone says next to nothing to a Waffle that has lost its Burger: 3 m away it pays 0.001 of
    what following does.
    """
    turned = abs(inputs.previous_bearing) - abs(inputs.bearing)
    neared = abs(inputs.previous_distance - WANTED) - abs(inputs.distance - WANTED)
    return keep_distance(inputs) + FACING * turned + NEARING * neared
