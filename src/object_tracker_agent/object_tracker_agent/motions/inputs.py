"""What a motion of the Burger is computed from."""

from __future__ import annotations

import math
from dataclasses import dataclass

BURGER_MAX_LINEAR = 0.22  # [m/s]   TurtleBot3 Burger, ROBOTIS e-Manual, "Specifications"
BURGER_MAX_ANGULAR = 2.84  # [rad/s] the same table


@dataclass(frozen=True)
class MotionInputs:
    """Named quantities at the beginning of a step. Poses are of base_footprint in the frame ``odom``.

    Attributes:
        time: since the start of the episode [s].
        step_time: how long the velocities will be held [s].
        x: of the Burger [m].
        y: of the Burger [m].
        yaw: of the Burger [rad], -pi to pi.
        waffle_x: of the Waffle [m].
        waffle_y: of the Waffle [m].
        radius: the Burger is to stay within this distance of the origin [m] (preset: burger.radius).
    """

    time: float
    step_time: float
    x: float
    y: float
    yaw: float
    waffle_x: float
    waffle_y: float
    radius: float

    def bearing_of(self, x: float, y: float) -> float:
        """Return the bearing of a point as the Burger sees it [rad]: 0 ahead, positive to the left."""
        return wrapped(math.atan2(y - self.y, x - self.x) - self.yaw)


def wrapped(angle: float) -> float:
    """Return the same angle from -pi up to pi [rad]."""
    return (angle + math.pi) % (2 * math.pi) - math.pi
