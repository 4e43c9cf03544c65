"""How the Burger drives."""

from collections.abc import Callable

import numpy as np

from object_tracker_agent.motions import MotionInputs


def circle(generator: np.random.Generator) -> Callable[[MotionInputs], tuple[float, float]]:
    """Drive in a circle at 0.12 m/s, to a side and of a radius (0.5 to 1.5 m) drawn for the episode.

    Called at the start of an episode with a generator that its seed makes. What is returned is called at
    every step: `inputs` has the time and the robots' poses, and it answers with linear [m/s] and angular
    [rad/s] velocity.
    """
    side = generator.choice([-1.0, 1.0])
    angular = side * 0.12 / generator.uniform(0.5, 1.5)
    return lambda inputs: (0.12, angular)
