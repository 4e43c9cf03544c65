"""The Burger of `follow`: straight on, curves, stop and go, turns, in no order that can be foreseen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from object_tracker_agent.motions.inputs import BURGER_MAX_LINEAR, MotionInputs

# How likely each way of driving is; speeds below make the mean over time 0.15 m/s (a test measures it).
KINDS = ("straight", "curve", "stop", "turn")
CHANCES = (0.38, 0.38, 0.16, 0.08)
SECONDS = {"straight": (2.0, 5.0), "curve": (2.0, 5.0), "stop": (1.0, 3.0), "turn": (0.5, 1.5)}
SPEED = (0.13, BURGER_MAX_LINEAR)  # [m/s]
CURVE = (0.1, 0.6)  # [rad/s] to either side
TURN = (0.5, 1.0)  # [rad/s] to either side, on the spot
MARGIN = 1.0  # [m] before the edge at which it turns back
HOMEWARD = 1.0  # [rad/s] at most, on the way back
COURTESY = 0.45  # [m] between the robots' origins: nearer than that it does not drive at the Waffle


def wander(generator: np.random.Generator) -> Callable[[MotionInputs], tuple[float, float]]:
    """Drive straight, in curves, stop, and turn on the spot, each for some seconds, at 0.15 m/s on average.

    Speeds are up to 0.22 m/s. Near the edge it curves back towards the origin. It does not drive into a
    Waffle that stands in its way: it turns away from it on the spot.
    """
    until, linear, angular = 0.0, 0.0, 0.0

    def drive(inputs: MotionInputs) -> tuple[float, float]:
        nonlocal until, linear, angular
        if inputs.time >= until:
            kind = KINDS[int(np.searchsorted(np.cumsum(CHANCES), generator.random(), side="right"))]
            until = inputs.time + generator.uniform(*SECONDS[kind])
            side = 1.0 if generator.random() < 0.5 else -1.0
            linear = generator.uniform(*SPEED) if kind in ("straight", "curve") else 0.0
            angular = side * {"curve": generator.uniform(*CURVE), "turn": generator.uniform(*TURN)}.get(
                kind, 0.0
            )
        waffle = inputs.bearing_of(inputs.waffle_x, inputs.waffle_y)
        if (
            math.hypot(inputs.waffle_x - inputs.x, inputs.waffle_y - inputs.y) < COURTESY
            and abs(waffle) < 1.2
        ):
            return 0.0, -math.copysign(TURN[1], waffle)
        if math.hypot(inputs.x, inputs.y) > inputs.radius - MARGIN:
            home = inputs.bearing_of(0.0, 0.0)
            if abs(home) > 0.6:
                return max(linear, SPEED[0]), max(-HOMEWARD, min(HOMEWARD, 2.0 * home))
        return linear, angular

    return drive
