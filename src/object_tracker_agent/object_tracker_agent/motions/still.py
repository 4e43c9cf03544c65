"""The Burger of `approach`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from object_tracker_agent.motions.inputs import MotionInputs


def still(generator: np.random.Generator) -> Callable[[MotionInputs], tuple[float, float]]:
    """Stand still."""
    return lambda inputs: (0.0, 0.0)
