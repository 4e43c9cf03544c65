"""Between the messages of the lock-step service, the simulator program's packets, and `step_types`."""

from __future__ import annotations

import array
import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.ros.direct_line import DirectState
from object_tracker_agent.ros.direct_reset import LOOK_FIELDS, LOOK_SEEDS
from object_tracker_agent.ros.step_errors import SimulationLost
from object_tracker_agent.ros.step_types import ArenaLook, ArenaStart, SimulationDescription, StepReply
from object_tracker_msgs.msg import ArenaAppearance, ArenaReset

Image = NDArray[np.uint8]

WORLD_POSE = array.array("d", [math.nan, 0.0, 0.0])
"""In ArenaReset: the pose in the world file."""
NO_FRAMES: Image = np.empty((0, 0, 0, 3), np.uint8)


def flat(command: NDArray[np.float64] | None) -> array.array[float]:
    """Return commands as a message has them: row by row, none for None."""
    values = array.array("d")
    if command is not None:
        values.frombytes(np.ascontiguousarray(command, dtype=np.float64).tobytes())
    return values


def _appearance(look: ArenaLook | None) -> ArenaAppearance:
    if look is None:
        return ArenaAppearance()
    message = ArenaAppearance(given=True)
    for name, count in LOOK_FIELDS:
        value = getattr(look, name)
        if count == 1:
            setattr(message, name, math.nan if value is None else float(value))
        else:
            setattr(message, name, [math.nan] * count if value is None else [float(part) for part in value])
    for name in LOOK_SEEDS:
        setattr(message, name, getattr(look, name))
    return message


def reset_message(start: ArenaStart) -> ArenaReset:
    """Return the message that asks for `start`."""
    return ArenaReset(
        arena=start.arena,
        seed=start.seed,
        waffle_pose=WORLD_POSE if start.waffle_pose is None else array.array("d", start.waffle_pose),
        burger_pose=WORLD_POSE if start.burger_pose is None else array.array("d", start.burger_pose),
        solid=start.solid,
        limit_acceleration=start.limit_acceleration,
        appearance=_appearance(start.look),
    )


def direct_reply(state: DirectState, description: SimulationDescription) -> StepReply:
    """Return what the simulator program tells, without images. Raises SimulationLost if it does not fit."""
    n = description.arenas
    numbers = state.numbers
    if len(numbers) != n * (26 * 8 + 1):
        raise SimulationLost(f"what the simulator tells does not fit its {n} arenas")
    poses, twists = 7 * n, 6 * n
    values = np.frombuffer(numbers, np.float64, 26 * n)
    burger = values[poses + twists :]
    return StepReply(
        stamp_ns=state.stamp_ns,
        frames=NO_FRAMES,
        waffle_pose=values[:poses].reshape(n, 7),
        waffle_twist=values[poses : poses + twists].reshape(n, 6),
        burger_pose=burger[:poses].reshape(n, 7),
        burger_twist=burger[poses:].reshape(n, 6),
        contacts=np.frombuffer(numbers, np.uint8, n, 26 * n * 8),
        interrupted=[""] * n,
        restarts=state.restarts,
    )


def with_images(
    reply: StepReply, memory: Image, description: SimulationDescription, half_channels: int
) -> StepReply:
    """Return `reply` with the images in `memory`, which is as LocalLine has it. Raises SimulationLost."""
    n, height, width = description.arenas, description.height, description.width
    end = frame_bytes(description)
    halves = (n, height // 2, width // 2, half_channels)
    try:
        return replace(
            reply,
            frames=memory[:end].reshape(n, height, width, 3),
            halves=memory[end : end + math.prod(halves)].reshape(halves) if half_channels else None,
        )
    except ValueError:
        raise SimulationLost(f"the simulator's memory for images does not fit its {n} arenas") from None


def frame_bytes(description: SimulationDescription) -> int:
    """Return the size of all arenas' images [bytes]."""
    return description.arenas * description.height * description.width * 3


def reply_of(response: Any, frames: Image, description: SimulationDescription) -> StepReply:
    """Return what a Step response and its frames say. Raises SimulationLost if they do not fit."""
    n = description.arenas
    image = (response.height, response.width, response.channels)
    try:
        return StepReply(
            stamp_ns=response.stamp.sec * 1_000_000_000 + response.stamp.nanosec,
            frames=frames.reshape(n, *image),
            waffle_pose=np.frombuffer(response.waffle_pose, dtype=np.float64).reshape(n, 7),
            waffle_twist=np.frombuffer(response.waffle_twist, dtype=np.float64).reshape(n, 6),
            burger_pose=np.frombuffer(response.burger_pose, dtype=np.float64).reshape(n, 7),
            burger_twist=np.frombuffer(response.burger_twist, dtype=np.float64).reshape(n, 6),
            contacts=np.frombuffer(response.contacts, dtype=np.uint8).reshape(n),
            interrupted=list(response.interrupted),
            restarts=response.restarts,
        )
    except ValueError as error:
        raise SimulationLost(f"the simulation's reply does not fit its {n} arenas: {error}") from None
