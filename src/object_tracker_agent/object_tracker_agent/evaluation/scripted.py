"""A driver that is told the robots' true poses: the upper reference for what a camera's policy can do."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.envs.actions import make_actions
from object_tracker_agent.envs.geometry import distance_and_bearing, yaw
from object_tracker_agent.presets import Task

Array = npt.NDArray[np.float64]

LINEAR_CHOICES, ANGULAR_CHOICES = 9, 21  # odd, so that the middle of continuous actions is among them
TURN_WEIGHT = 0.5  # [m/rad] what a radian off costs, in metres off
HORIZON = {"reach": 0.1, "follow": 0.5}  # [s] for which an action is thought to be held


class ScriptedDriver:
    """Takes the action after which the Burger would be nearest to where it is wanted, and straight ahead.

    It foresees the Waffle as a unicycle that obeys at once, and the Burger as driving straight on. Of
    continuous actions it looks at a grid.
    """

    def __init__(self, env: ObjectTrackerVecEnv) -> None:
        self._env = env
        self._task = env.preset.task
        self._choices = _choices(env.action_space)
        velocities = make_actions(env.preset).velocities(self._choices, len(self._choices))
        self._way, self._turn = _held(velocities, HORIZON[self._task.goal])

    def begin(self, arenas: Iterable[int]) -> None:
        """Keep nothing: all it goes by are the poses."""

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Look at the poses, not at the pictures."""
        reply = self._env.lockstep.reply
        ahead = _driven_on(reply.burger_pose, reply.burger_twist, HORIZON[self._task.goal])
        distance, bearing = distance_and_bearing(reply.waffle_pose, ahead)
        best = np.argmin(self._costs(distance, bearing), axis=1)
        return self._choices[best]

    def _costs(self, distance: Array, bearing: Array) -> Array:
        """Return what each choice costs [m], the Burger being there then. Shape: (arenas, choices)"""
        burger = distance * np.exp(1j * bearing)  # the plane of complex numbers: x ahead, y to the left
        seen = (burger[:, None] - self._way) * np.exp(-1j * self._turn)
        return np.abs(np.abs(seen) - _wanted_distance(self._task)) + TURN_WEIGHT * np.abs(np.angle(seen))


def _wanted_distance(task: Task) -> float:
    """Return the distance [m] that the goal wants."""
    return (task.follow.nearest + task.follow.farthest) / 2 if task.goal == "follow" else 0.0


def _choices(space: spaces.Space) -> np.ndarray:
    """Return the actions to choose from."""
    if isinstance(space, spaces.Discrete):
        return np.arange(int(space.n))
    grid = np.meshgrid(np.linspace(-1, 1, LINEAR_CHOICES), np.linspace(-1, 1, ANGULAR_CHOICES))
    return np.stack(grid, axis=-1).reshape(-1, 2).astype(np.float32)


def _held(velocities: Array, seconds: float) -> tuple[npt.NDArray[np.complex128], Array]:
    """Return where each linear and angular velocity, held so long, leads, and the angle it turns [rad]."""
    linear, turn = velocities[:, 0], velocities[:, 1] * seconds
    # The chord of an arc: its length times sin(x)/x of half the angle, half the angle aside
    return linear * seconds * np.sinc(turn / 2 / np.pi) * np.exp(0.5j * turn), turn


def _driven_on(pose: Array, twist: Array, seconds: float) -> Array:
    """Return the poses after so long straight on. Shapes: (arenas, 7), (arenas, 6)"""
    ahead = pose.copy()
    angle = yaw(pose[:, 3:])
    ahead[:, 0] += twist[:, 0] * np.cos(angle) * seconds
    ahead[:, 1] += twist[:, 0] * np.sin(angle) * seconds
    return ahead
