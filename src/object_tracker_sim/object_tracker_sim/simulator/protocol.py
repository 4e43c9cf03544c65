"""The private protocol with the simulator program: ``simulator/protocol.hh`` says what it is; keep the two in step."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from object_tracker_sim.simulator.types import MAX_ITERATIONS, RequestError, Reset

MAGIC = 0x3153544F
STEP, READY, STATE, ERROR = 1, 2, 3, 4
MAX_ERROR_BYTES = 2000

HEADER = struct.Struct("<IIII")  # magic, kind, size, sequence
READY_BODY = struct.Struct("<ddddIIII16s")
_STEP = struct.Struct("<IIII")  # iterations, flags, resets, 0
_RESET = struct.Struct("<IIQ3d3d")
_RENDER, _HAS_WAFFLE_COMMAND, _HAS_BURGER_COMMAND = 1, 2, 4
_HAS_WAFFLE_POSE, _HAS_BURGER_POSE, _SOLID, _LIMIT_ACCELERATION = 1, 2, 4, 8
_NOWHERE = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class StateLayout:
    """Where each array lies in a STATE message: offsets in bytes after the header."""

    arenas: int

    @property
    def size(self) -> int:
        """Bytes of the whole message body."""
        return self.contacts + self.arenas

    @property
    def waffle_pose(self) -> int:
        return 8  # after the time

    @property
    def waffle_twist(self) -> int:
        return self.waffle_pose + self.arenas * 7 * 8

    @property
    def burger_pose(self) -> int:
        return self.waffle_twist + self.arenas * 6 * 8

    @property
    def burger_twist(self) -> int:
        return self.burger_pose + self.arenas * 7 * 8

    @property
    def contacts(self) -> int:
        return self.burger_twist + self.arenas * 6 * 8


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
    parts = []
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


def _pack_reset(reset: Reset) -> bytes:
    flags = (_SOLID if reset.solid else 0) | (_LIMIT_ACCELERATION if reset.limit_acceleration else 0)
    for pose, flag, robot in (
        (reset.waffle_pose, _HAS_WAFFLE_POSE, "waffle"),
        (reset.burger_pose, _HAS_BURGER_POSE, "burger"),
    ):
        if pose is None:
            continue
        flags |= flag
        if len(pose) != 3 or not all(math.isfinite(value) for value in pose):
            raise RequestError(f"the {robot} pose of arena {reset.arena} must be three finite numbers, not {pose}")
    if not 0 <= reset.seed < 2**64:
        raise RequestError(f"the seed of arena {reset.arena} must be from 0 to 2**64 - 1, not {reset.seed}")
    waffle = _NOWHERE if reset.waffle_pose is None else reset.waffle_pose
    burger = _NOWHERE if reset.burger_pose is None else reset.burger_pose
    return _RESET.pack(reset.arena, flags, reset.seed, *waffle, *burger)


def _pack_command(command: ArrayLike, arenas: int, robot: str) -> bytes:
    values = np.asarray(command, dtype="<f8")
    if values.shape != (arenas, 2):
        raise RequestError(f"the {robot} command must have shape ({arenas}, 2), not {values.shape}")
    if not np.isfinite(values).all():
        raise RequestError(f"the {robot} command must be finite numbers, not {values.tolist()}")
    return values.tobytes()
