"""From a policy's actions to commanded velocities."""

from __future__ import annotations

from typing import Any, Protocol

import gymnasium
import numpy as np
import numpy.typing as npt

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import ActionRanges, Preset

Array = npt.NDArray[np.float64]


class Actions(Protocol):
    """What the actions of a preset are, and what they command."""

    space: gymnasium.Space[Any]
    """Of one arena's action."""

    def velocities(self, actions: Any, arenas: int) -> Array:
        """Return linear [m/s] and angular [rad/s] velocity of one action per arena. Shape: (arenas, 2)

        Raises:
            ValueError: there are not `arenas` of them, or one is no action.
        """
        ...


def make_actions(preset: Preset) -> Actions:
    """Return the actions of `preset`: a table, or ranges of velocities."""
    if isinstance(preset.actions, ActionRanges):
        return Ranges(preset.actions)
    return Table(action_table(preset))


def action_space(preset: Preset) -> gymnasium.Space[Any]:
    """Return the space of one action: `Discrete`, or `Box(-1, 1, (2,), float32)`."""
    return make_actions(preset).space


def action_table(preset: Preset) -> Array:
    """Return linear [m/s] and angular [rad/s] velocity of each action. Shape: (actions, 2)

    Raises:
        UserError: the preset's actions are continuous.
    """
    if isinstance(preset.actions, ActionRanges):
        raise UserError(
            f"preset '{preset.name}' has continuous actions, and this needs a table of them: use a preset"
            " whose actions are a list"
        )
    return np.array([(action.linear, action.angular) for action in preset.actions], dtype=np.float64)


class Table:
    """Actions are the numbers of rows of a table."""

    def __init__(self, table: Array) -> None:
        """Take linear [m/s] and angular [rad/s] velocity of each action. Shape: (actions, 2)"""
        self._table = table
        self.space: gymnasium.Space[Any] = gymnasium.spaces.Discrete(len(table))

    def velocities(self, actions: Any, arenas: int) -> Array:
        numbers = np.asarray(actions)
        if numbers.shape != (arenas,) or numbers.dtype.kind not in "iu":
            raise ValueError(
                f"actions must be {arenas} whole numbers, not an array of shape {numbers.shape} and type"
                f" {numbers.dtype}"
            )
        chosen = numbers.tolist()  # for so few a function of NumPy takes longer than Python's own
        if min(chosen) < 0 or max(chosen) >= len(self._table):
            raise ValueError(f"actions must be from 0 to {len(self._table) - 1}, not {chosen}")
        return self._table[numbers]


class Ranges:
    """Actions are two numbers from -1 to 1: the ends of the ranges of linear and angular velocity.

    Beyond -1 and 1 they count as those, as Stable-Baselines3 clips what its Gaussian policies draw.
    """

    def __init__(self, ranges: ActionRanges) -> None:
        """Take the ranges; 0 is their middle."""
        both = (ranges.linear, ranges.angular)
        self._middle = np.array([(part.low + part.high) / 2 for part in both])
        self._half = np.array([(part.high - part.low) / 2 for part in both])
        self.space: gymnasium.Space[Any] = gymnasium.spaces.Box(-1.0, 1.0, (2,), np.float32)

    def velocities(self, actions: Any, arenas: int) -> Array:
        numbers = np.asarray(actions)
        if numbers.shape != (arenas, 2) or numbers.dtype.kind not in "fiu":
            raise ValueError(
                f"actions must be {arenas} pairs of numbers, not an array of shape {numbers.shape} and type"
                f" {numbers.dtype}"
            )
        if not np.isfinite(numbers).all():
            raise ValueError(f"actions must be finite, not {numbers.tolist()}")
        return self._middle + self._half * np.clip(numbers.astype(np.float64), -1.0, 1.0)
