"""The Burgers of all arenas, each driving by the preset's motion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from object_tracker_agent.envs.geometry import yaw
from object_tracker_agent.errors import UserError
from object_tracker_agent.motions import MotionInputs, find_motion
from object_tracker_agent.motions.registry import Drive
from object_tracker_agent.presets import Preset

Array = npt.NDArray[np.float64]
STREAM = 1
"""Tells a motion's generator from the others that the same episode's seed makes."""


class Burgers:
    """Says what each Burger is commanded; what one does depends on its episode alone."""

    def __init__(self, preset: Preset, arenas: int) -> None:
        """Let all stand still until `begin`."""
        self._name = preset.burger.motion
        self._motion = find_motion(self._name)
        self._radius = preset.burger.radius
        self._step_time = preset.task.step_time
        self._still = self._name == "still"
        self._drives: list[Drive | None] = [None] * arenas
        self._steps = [0] * arenas
        self._rest = np.zeros((arenas, 2))

    def begin(self, arena: int, seed: int) -> None:
        """Start the episode with `seed` (0 .. 2^63-1) in `arena`."""
        self._drives[arena] = self._motion(np.random.default_rng([seed, STREAM]))
        self._steps[arena] = 0

    def commands(self, waffle_pose: Array, burger_pose: Array) -> Array:
        """Return linear [m/s] and angular [rad/s] velocity of each Burger for the step that begins now.

        Args:
            waffle_pose: x, y, z [m] and quaternion x, y, z, w. Shape: (arenas, 7)
            burger_pose: likewise. Shape: (arenas, 7)

        Returns:
            Shape: (arenas, 2)
        """
        if self._still:
            return self._rest
        commands = np.zeros_like(self._rest)
        yaws = yaw(burger_pose[:, 3:]).tolist()
        places = zip(waffle_pose[:, :2].tolist(), burger_pose[:, :2].tolist(), yaws, strict=True)
        for arena, ((waffle_x, waffle_y), (x, y), angle) in enumerate(places):
            drive = self._drives[arena]
            if drive is None:
                continue
            inputs = MotionInputs(
                time=self._steps[arena] * self._step_time,
                step_time=self._step_time,
                x=x,
                y=y,
                yaw=angle,
                waffle_x=waffle_x,
                waffle_y=waffle_y,
                radius=self._radius,
            )
            commands[arena] = drive(inputs)
            self._steps[arena] += 1
        if not np.isfinite(commands).all():  # it may be a user's own
            raise UserError(f"motion '{self._name}' gave velocities that are not finite: {commands.tolist()}")
        return commands
