"""From action numbers to commanded velocities."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from object_tracker_agent.presets import Preset

Array = npt.NDArray[np.float64]


def action_table(preset: Preset) -> Array:
    """Return linear [m/s] and angular [rad/s] velocity of each action. Shape: (actions, 2)"""
    return np.array([(action.linear, action.angular) for action in preset.actions], dtype=np.float64)


def look_up(table: Array, actions: Any, arenas: int) -> Array:
    """Return the velocities of one action number per arena. Shape: (arenas, 2)

    Raises:
        ValueError: there are not `arenas` of them, or one is no row of the table.
    """
    numbers = np.asarray(actions)
    if numbers.shape != (arenas,) or not np.issubdtype(numbers.dtype, np.integer):
        raise ValueError(
            f"actions must be {arenas} whole numbers, not an array of shape {numbers.shape} and type"
            f" {numbers.dtype}"
        )
    if numbers.min() < 0 or numbers.max() >= len(table):
        raise ValueError(f"actions must be from 0 to {len(table) - 1}, not {numbers.tolist()}")
    return table[numbers]
