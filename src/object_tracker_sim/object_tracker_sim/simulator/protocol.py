"""The private protocol with the simulator program: explained in ``protocol.hh``; keep the two in step."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from object_tracker_agent.ros.direct_reset import (
    HAS_BURGER_POSE,
    HAS_LOOK,
    HAS_WAFFLE_POSE,
    LIMIT_ACCELERATION,
    LOOK_FIELDS,
    LOOK_SEEDS,
    NO_LOOK,
    NOWHERE,
    RESET,
    SOLID,
)
from object_tracker_sim.simulator.types import MAX_ITERATIONS, Appearance, RequestError, Reset

MAGIC = 0x3153544F
STEP, READY, STATE, ERROR, BENCHMARK, MEASURED, PROGRESS, STUCK = 1, 2, 3, 4, 5, 6, 7, 8
LEASE, RECALL, RECALLED, PING = 9, 10, 11, 12
MAX_ERROR_BYTES = 2000

HEADER = struct.Struct("<IIII")  # magic, kind, size, sequence
READY_BODY = struct.Struct("<ddddIIII16s")
MEASURED_BODY = struct.Struct("<dddd")
_BENCHMARK = struct.Struct("<IIIIII")  # steps, first step, iterations, episode steps, seed, choices
_STEP = struct.Struct("<IIII")  # iterations, flags, resets, 0
_LEASE = struct.Struct("<QQqQ")  # session, next step, time offset [ns], restarts
_RENDER, _HAS_WAFFLE_COMMAND, _HAS_BURGER_COMMAND = 1, 2, 4
_LIMITS = {
    "sun_direction": (-math.inf, math.inf),
    "sun_strength": (0.0, 10.0),
    "patterns": (0.0, 1.0),
    "camera_position_error": (-0.5, 0.5),  # [m]
    "camera_angle_error": (-0.8, 0.8),  # [rad]
    "furniture": (0.0, 1.0),
}
_COLOUR = (0.0, 1.0)  # all others; request.cc has the same limits
APPEARANCE_FIELDS = tuple((name, count, *_LIMITS.get(name, _COLOUR)) for name, count in LOOK_FIELDS)
"""Fields of Appearance but the seeds, in their order, how many numbers each has, from which to which."""


class Ready(NamedTuple):
    """The fields of a READY message, in their order."""

    physics_step: float  # [s]
    horizontal_fov: float  # [rad]
    near_clip: float  # [m]
    far_clip: float  # [m]
    arenas: int
    height: int  # [pixel]
    width: int  # [pixel]
    channels: int
    gazebo_version: bytes


@dataclass(frozen=True)
class StateLayout:
    """Where each array lies in a STATE message: offsets in bytes after the header."""

    waffle_pose: int
    waffle_twist: int
    burger_pose: int
    burger_twist: int
    contacts: int
    size: int
    """Bytes of the whole message body."""

    @staticmethod
    def of(arenas: int) -> StateLayout:
        """Return the layout for a number of arenas."""
        pose, twist, time = arenas * 7 * 8, arenas * 6 * 8, 8
        burger = time + pose + twist
        contacts = burger + pose + twist
        return StateLayout(time, time + pose, burger, burger + pose, contacts, contacts + arenas)


class Lease(NamedTuple):
    """Who may step the simulator by himself."""

    session: int
    next_step: int
    """The number of the first step that is taken."""
    time_offset: int
    """[ns] what is to be added to the simulator's time."""
    restarts: int


class Measured(NamedTuple):
    """The fields of a MEASURED message: sums over the steps that were made [s]."""

    elapsed: float
    physics: float
    """Resets, commands, iterations."""
    poses: float
    """From the physics to what is drawn."""
    rendering: float


def pack_benchmark(
    sequence: int,
    *,
    steps: int,
    first_step: int,
    iterations: int,
    episode_steps: int,
    seed: int,
    choices: Sequence[tuple[float, float]],
) -> bytes:
    """Return a whole BENCHMARK message; see protocol.hh. Numbers that are no uint32 raise `struct.error`."""
    body = _BENCHMARK.pack(steps, first_step, iterations, episode_steps, seed, len(choices))
    body += np.array(choices, dtype="<f8").tobytes()
    return HEADER.pack(MAGIC, BENCHMARK, len(body), sequence) + body


def pack_step(
    sequence: int,
    arenas: int,
    iterations: int,
    resets: Sequence[Reset],
    waffle_command: ArrayLike | None,
    burger_command: ArrayLike | None,
    render: bool,
) -> bytes:
    """Return a whole STEP message.

    Raises:
        RequestError: something is out of range; says what.
    """
    if not 0 <= iterations <= MAX_ITERATIONS:
        raise RequestError(f"a step takes 0 to {MAX_ITERATIONS} physics iterations, not {iterations}")
    seen: set[int] = set()
    parts: list[bytes] = []
    for reset in resets:
        if not 0 <= reset.arena < arenas:
            raise RequestError(f"there is no arena {reset.arena}; they are numbered 0 to {arenas - 1}")
        if reset.arena in seen:
            raise RequestError(f"arena {reset.arena} is reset twice in one step")
        seen.add(reset.arena)
        parts.append(_pack_reset(reset))
    flags = _RENDER if render else 0
    for command, flag, robot in (
        (waffle_command, _HAS_WAFFLE_COMMAND, "waffle"),
        (burger_command, _HAS_BURGER_COMMAND, "burger"),
    ):
        if command is not None:
            flags |= flag
            parts.append(_pack_command(command, arenas, robot))
    body = b"".join([_STEP.pack(iterations, flags, len(resets), 0), *parts])
    return HEADER.pack(MAGIC, STEP, len(body), sequence) + body


def pack_lease(sequence: int, lease: Lease) -> bytes:
    """Return a whole LEASE message."""
    return HEADER.pack(MAGIC, LEASE, _LEASE.size, sequence) + _LEASE.pack(*lease)


def pack_empty(kind: int, sequence: int) -> bytes:
    """Return a whole RECALL or PING message."""
    return HEADER.pack(MAGIC, kind, 0, sequence)


def _pack_reset(reset: Reset) -> bytes:
    flags = (SOLID if reset.solid else 0) | (LIMIT_ACCELERATION if reset.limit_acceleration else 0)
    for pose, flag, robot in (
        (reset.waffle_pose, HAS_WAFFLE_POSE, "waffle"),
        (reset.burger_pose, HAS_BURGER_POSE, "burger"),
    ):
        if pose is None:
            continue
        flags |= flag
        if len(pose) != 3 or not all(math.isfinite(value) for value in pose):
            raise RequestError(f"the {robot} pose of arena {reset.arena} is not three finite numbers: {pose}")
    if not 0 <= reset.seed < 2**64:
        raise RequestError(f"the seed of arena {reset.arena} must be from 0 to 2**64 - 1, not {reset.seed}")
    waffle = NOWHERE if reset.waffle_pose is None else reset.waffle_pose
    burger = NOWHERE if reset.burger_pose is None else reset.burger_pose
    appearance: tuple[float, ...] = NO_LOOK
    if reset.appearance is not None:
        flags |= HAS_LOOK
        appearance = _appearance(reset.appearance, reset.arena)
    return RESET.pack(reset.arena, flags, reset.seed, *waffle, *burger, *appearance)


def _appearance(appearance: Appearance, arena: int) -> tuple[float, ...]:
    parts: list[float] = []
    for name, count, low, high in APPEARANCE_FIELDS:
        given = getattr(appearance, name)
        values = (math.nan,) * count if given is None else tuple(given) if count > 1 else (given,)
        if given is not None and (len(values) != count or not all(map(math.isfinite, values))):
            raise RequestError(f"{name} of arena {arena} must be {count} finite number(s), not {given}")
        if given is not None and not all(low <= value <= high for value in values):
            raise RequestError(f"{name} of arena {arena} must be from {low:g} to {high:g}, not {given}")
        if name == "sun_direction" and given is not None and not values[2] < 0.0:
            raise RequestError(f"sun_direction of arena {arena} must point down (z below 0), not {given}")
        parts += values
    least, most = appearance.surroundings_low, appearance.surroundings_high
    if (least is None) != (most is None):
        raise RequestError(f"surroundings_low and surroundings_high of arena {arena} must be given together")
    if least is not None and most is not None and any(a > b for a, b in zip(least, most, strict=True)):
        raise RequestError(
            f"surroundings_low of arena {arena} must be up to surroundings_high ({most}), not {least}"
        )
    seeds = [getattr(appearance, name) for name in LOOK_SEEDS]
    for name, seed in zip(LOOK_SEEDS, seeds, strict=True):
        if not 0 <= seed < 2**64:
            raise RequestError(f"{name} of arena {arena} must be from 0 to 2**64 - 1, not {seed}")
    return (*parts, *seeds)


def _pack_command(command: ArrayLike, arenas: int, robot: str) -> bytes:
    values = np.asarray(command, dtype="<f8")
    if values.shape != (arenas, 2):
        raise RequestError(f"the {robot} command must have shape ({arenas}, 2), not {values.shape}")
    # A sum is finite only if all numbers are; very large ones may make it infinite as well.
    if not math.isfinite(sum(values.ravel().tolist())) and not np.isfinite(values).all():
        raise RequestError(f"the {robot} command must be finite numbers, not {values.tolist()}")
    return values.tobytes()
