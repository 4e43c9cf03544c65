"""Motions by name: ours, and those that installed packages offer as entry points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from object_tracker_agent.motions.inputs import MotionInputs
from object_tracker_agent.motions.still import still
from object_tracker_agent.motions.wander import wander
from object_tracker_agent.offers import Offers

Drive = Callable[[MotionInputs], tuple[float, float]]
"""Returns linear [m/s] and angular [rad/s] velocity for the next step."""
Motion = Callable[[np.random.Generator], Drive]
"""Called at the start of each episode with a generator seeded by it; returns that episode's `Drive`."""

ENTRY_POINT_GROUP = "object_tracker.motions"
_OFFERS: Offers[Motion] = Offers("motion", ENTRY_POINT_GROUP, {"still": still, "wander": wander})


def motion_names() -> list[str]:
    """Return the names of all motions there are, ours first; imports nobody's code."""
    return _OFFERS.names()


def find_motion(name: str) -> Motion:
    """Return the motion called `name`.

    An installed package offers its own in its setup.py, under `entry_points`:
    ``"object_tracker.motions": ["NAME = package.module:function"]``. Our names cannot be taken.

    Raises:
        UserError: there is none of that name, or the package that offers it cannot be imported.
    """
    return _OFFERS.find(name)
