"""What a reward is computed from."""

from __future__ import annotations

from dataclasses import dataclass

# As in object_tracker_msgs/srv/Step, which rewards do not need to be installed for
CONTACT_WAFFLE_BURGER = 1
CONTACT_WAFFLE_WORLD = 2
HALF_VIEW = 1.085595 / 2  # [rad] of the Waffle Pi's camera; see object_tracker_sim/models/waffle_pi


@dataclass(frozen=True)
class RewardInputs:
    """Named quantities of one step, taken at its end.

    Distances are between the origins of the robots' base_footprint, in the plane.

    Attributes:
        distance: from Waffle to Burger now [m], 0 or more.
        previous_distance: the same at the end of the step before, or at the start of the episode [m].
        minimum_distance: the least distance of the episode before this step, the start included [m].
        bearing: of the Burger from the Waffle [rad], -pi to pi, 0 straight ahead, positive to the left.
        contacts: what touched what during the step, bits as in object_tracker_msgs/srv/Step: 1 Waffle and
            Burger (also when they are not solid to each other and overlap), 2 Waffle and something of the
            world, 4 Burger and something of the world; the ground does not count.
        step_time: how long the step lasted [s].
        time: since the start of the episode [s].
        previous_bearing: the bearing at the end of the step before, or at the start of the episode [rad].
        half_view: half of the camera's horizontal field of view [rad].
    """

    distance: float
    previous_distance: float
    minimum_distance: float
    bearing: float
    contacts: int
    step_time: float
    time: float = 0.0
    half_view: float = HALF_VIEW
    previous_bearing: float = 0.0

    @property
    def in_view(self) -> bool:
        """Whether the Burger's middle is within the camera's field of view, be something before it or not."""
        return abs(self.bearing) <= self.half_view

    @property
    def touches_burger(self) -> bool:
        """Whether the Waffle touched the Burger."""
        return bool(self.contacts & CONTACT_WAFFLE_BURGER)

    @property
    def touches_world(self) -> bool:
        """Whether the Waffle touched a wall or an object of the world."""
        return bool(self.contacts & CONTACT_WAFFLE_WORLD)
