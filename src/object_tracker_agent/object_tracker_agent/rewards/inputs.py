"""What a reward is computed from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RewardInputs:
    """Named quantities of one step, taken at its end.

    Distances are between the origins of the robots' base_footprint, in the plane.

    Attributes:
        distance: from Waffle to Burger now [m], 0 or more.
        previous_distance: the same at the end of the step before, or at the start of the episode [m].
        minimum_distance: the least distance of the episode before this step, the start included [m].
        bearing: of the Burger from the Waffle [rad], -pi to pi, 0 straight ahead, positive to the left.
        contacts: what touched what during the step, bits as in object_tracker_msgs/srv/Step.
        step_time: how long the step lasted [s].
    """

    distance: float
    previous_distance: float
    minimum_distance: float
    bearing: float
    contacts: int
    step_time: float
