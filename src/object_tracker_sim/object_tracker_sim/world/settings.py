"""The world node's parameters."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from object_tracker_agent.errors import UserError

LOCKSTEP = "lockstep"
REALTIME = "realtime"


@dataclass(frozen=True)
class WorldSettings:
    """ROS parameters of the node `world`, each under the name of its field. All are fixed at the start."""

    mode: str = LOCKSTEP
    """"lockstep": time moves only by the service ~/step. "realtime": time moves by itself."""
    world: str = "empty"
    """Name of an installed world, or path of a world file."""
    arenas: int = 1
    """Independent pairs of robots in the one world, 1 .. 16."""
    image_height: int = 120
    """Camera image [pixel], 8 .. 2048."""
    image_width: int = 160
    """Camera image [pixel], 8 .. 2048."""
    real_time_factor: float = 1.0
    """In realtime: simulated seconds per second, more than 0, at most 1000."""
    camera_rate: float = 30.0
    """In realtime: camera images per simulated second [Hz], more than 0, at most one per physics step."""
    seed: int = 0
    """Seeds the simulator before its first reset, 0 .. 2**63-1; every reset brings a seed of its own."""
    takeover_after: float = 5.0
    """[s] of wall clock after which a silent client's simulation may be taken over, more than 0."""
    restarts: int = 3
    """How many restarts of the simulator in a row, each after less than 10 s, are tried, 0 .. 1000000."""
    gui: bool = False
    """Show the simulation in Gazebo's window on the DISPLAY of the node."""

    def __post_init__(self) -> None:
        """Raise UserError naming the parameter that is wrong and what is allowed."""
        if self.mode not in (LOCKSTEP, REALTIME):
            raise UserError(f"parameter mode: {self.mode!r} is not one of lockstep, realtime")
        _check_range("arenas", self.arenas, 1, 16)
        _check_range("image_height", self.image_height, 8, 2048)
        _check_range("image_width", self.image_width, 8, 2048)
        _check_range("restarts", self.restarts, 0, 10**6)
        _check_range("seed", self.seed, 0, 2**63 - 1)
        _check_positive("real_time_factor", self.real_time_factor, 1000.0)
        _check_positive("camera_rate", self.camera_rate, 1000.0)
        _check_positive("takeover_after", self.takeover_after, 3600.0)


def settings_from_parameters(parameters: Mapping[str, Any]) -> WorldSettings:
    """Make settings of the `parameters` given to the node.

    Raises UserError for a name that is no parameter (naming the nearest), a value of the wrong type or out
    of range.
    """
    fields = {field.name: type(field.default) for field in dataclasses.fields(WorldSettings)}
    values: dict[str, Any] = {}
    for name, value in parameters.items():
        if name not in fields:
            near = get_close_matches(name, fields, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(fields)}"
            raise UserError(f"the world node has no parameter {name}: {hint}")
        expected = fields[name]
        if expected is float and type(value) is int:  # `-p real_time_factor:=2`
            value = float(value)
        if type(value) is not expected:
            raise UserError(f"parameter {name}: {value!r} is not of type {expected.__name__}")
        values[name] = value
    return WorldSettings(**values)


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise UserError(f"parameter {name}: {value} is out of range, allowed are {low} to {high}")


def _check_positive(name: str, value: float, high: float) -> None:
    if not (math.isfinite(value) and 0.0 < value <= high):
        raise UserError(
            f"parameter {name}: {value} is out of range, allowed is more than 0, at most {high:g}"
        )
