"""The velocities commanded to every robot, whoever commanded them last."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WAFFLE = "waffle"
BURGER = "burger"


class Commands:
    """The command each robot holds until it gets another: from Step, a topic, or zero after a reset.

    Shape of each array: (arenas, 2), linear.x [m/s] and angular.z [rad/s].
    """

    def __init__(self, arenas: int) -> None:
        self._held = {WAFFLE: np.zeros((arenas, 2)), BURGER: np.zeros((arenas, 2))}

    def of(self, robot: str) -> NDArray[np.float64]:
        """Return the commands held by all `robot`s (not a copy)."""
        return self._held[robot]

    def set_all(self, robot: str, command: NDArray[np.float64] | None) -> None:
        """Take a command for every arena; None changes nothing."""
        if command is not None:
            self._held[robot][:] = command

    def set_one(self, robot: str, arena: int, linear: float, angular: float) -> bool:
        """Take one robot's command; return False, changing nothing, if it is not finite."""
        if not (math.isfinite(linear) and math.isfinite(angular)):
            return False
        self._held[robot][arena] = linear, angular
        return True

    def copy(self) -> dict[str, NDArray[np.float64]]:
        """Return what is held now, for `restore`."""
        return {robot: held.copy() for robot, held in self._held.items()}

    def restore(self, held: dict[str, NDArray[np.float64]]) -> None:
        """Hold again what was held when `held` was copied."""
        for robot, commands in held.items():
            self._held[robot][:] = commands

    def stop(self, arenas: Sequence[int] | None = None) -> None:
        """Command rest in `arenas` (None: in all)."""
        for held in self._held.values():
            held[slice(None) if arenas is None else list(arenas)] = 0.0
