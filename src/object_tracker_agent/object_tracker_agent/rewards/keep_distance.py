"""The reward of `follow`: up to 1 per second for keeping the Burger ahead, in the middle of the range."""

from __future__ import annotations

import math

from object_tracker_agent.rewards.inputs import RewardInputs

WANTED = 0.65  # [m] the middle of the 0.3 .. 1.0 m that count as following
WIDTH = 0.35  # [m] half of that range: at its ends 1/e of the full reward is left
ASIDE = 0.4  # what a Burger at the edge of the picture pays, as a share of one in the middle
CONTACT = -2.0  # for touching anything, once: an episode of `follow` ends there


def keep_distance(inputs: RewardInputs) -> float:
    """Return the step time times exp(-|d - 0.65| / 0.35), less if the Burger is not in the middle.

    A Burger out of view pays a fifth of what one at the picture's edge does: turning towards it still pays
    more than not. A contact costs 2. The reward depends on where the robots are and not on how they got
    there; there is nothing to collect but by staying behind the Burger.
    """
    nearness = math.exp(-abs(inputs.distance - WANTED) / WIDTH)
    away = abs(inputs.bearing)
    if inputs.in_view:
        ahead = 1.0 - (1.0 - ASIDE) * away / inputs.half_view
    else:
        ahead = 0.2 * ASIDE * (1.0 - away / math.pi)
    contact = CONTACT if inputs.touches_burger or inputs.touches_world else 0.0
    return inputs.step_time * nearness * ahead + contact
