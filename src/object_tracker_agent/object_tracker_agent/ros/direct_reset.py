"""An arena's start as the simulator program takes it: Reset in protocol.hh of object_tracker_sim.

The world node's own packing (object_tracker_sim.simulator.protocol) goes by the same layout; it checks values
and says what is wrong with them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from object_tracker_agent.ros.step_types import ArenaLook, ArenaStart

RESET = struct.Struct("<IIQ3d3d30dQQQ")  # arena, flags, seed, poses, look, its seeds
HAS_WAFFLE_POSE, HAS_BURGER_POSE, SOLID, LIMIT_ACCELERATION, HAS_LOOK = 1, 2, 4, 8, 16
LOOK_FIELDS = (
    ("sun_direction", 3),
    ("sun_strength", 1),
    ("ambient", 3),
    ("ground_colour", 3),
    ("burger_colour", 3),
    ("background_colour", 3),
    ("surroundings_low", 3),
    ("surroundings_high", 3),
    ("patterns", 1),
    ("camera_position_error", 3),
    ("camera_angle_error", 3),
    ("furniture", 1),
)
"""Fields of ArenaLook but the seeds, in the program's order, and how many numbers each has."""
LOOK_SEEDS = ("surroundings_seed", "patterns_seed", "furniture_seed")
"""Its seeds, in the program's order: they follow."""
NOWHERE = (0.0, 0.0, 0.0)
NO_LOOK = (*(math.nan,) * 30, 0, 0, 0)


def pack_resets(starts: Sequence[ArenaStart]) -> bytes | None:
    """Return `starts` one after the other; None if one is not as its type says: the world node tells why."""
    try:
        return b"".join(_pack(start) for start in starts)
    except (struct.error, TypeError, ValueError, OverflowError):
        return None


def _pack(start: ArenaStart) -> bytes:
    flags = (SOLID if start.solid else 0) | (LIMIT_ACCELERATION if start.limit_acceleration else 0)
    flags |= 0 if start.waffle_pose is None else HAS_WAFFLE_POSE
    flags |= 0 if start.burger_pose is None else HAS_BURGER_POSE
    flags |= 0 if start.look is None else HAS_LOOK
    waffle = NOWHERE if start.waffle_pose is None else start.waffle_pose
    burger = NOWHERE if start.burger_pose is None else start.burger_pose
    look = NO_LOOK if start.look is None else _numbers(start.look)
    return RESET.pack(start.arena, flags, start.seed, *waffle, *burger, *look)


def _numbers(look: ArenaLook) -> list[float]:
    numbers: list[float] = []
    for name, count in LOOK_FIELDS:
        value = getattr(look, name)
        if value is None:
            numbers += [math.nan] * count
        else:
            given = (value,) if count == 1 else value
            if len(given) != count or not all(map(math.isfinite, given)):
                raise ValueError(name)
            numbers += given
    return [*numbers, *(getattr(look, name) for name in LOOK_SEEDS)]
