"""From a Step request to what the simulator is to do, or one line saying why not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.ros.direct_reset import LOOK_SEEDS
from object_tracker_sim.simulator import Appearance, RequestError, Reset
from object_tracker_sim.simulator.protocol import APPEARANCE_FIELDS

LONGEST_STEP = 10.0
"""[s] of simulated time in one Step. Longer is surely a mistake, and would keep everybody waiting."""
DURATION_TOLERANCE = 1e-6
"""[s] How far a duration may be off a multiple of the physics step: decimal fractions are not exact."""
FARTHEST = 1e4
"""[m] Start poses beyond this are refused: single-precision rendering falls apart there."""


@dataclass(frozen=True)
class StepPlan:
    """A valid request in the simulator's terms."""

    iterations: int
    """Physics iterations to run."""
    resets: tuple[Reset, ...]
    waffle_command: NDArray[np.float64] | None
    """Shape: (arenas, 2), linear.x [m/s] and angular.z [rad/s]; None: the last one."""
    burger_command: NDArray[np.float64] | None


def plan_step(request: Any, *, arenas: int, physics_step: float) -> StepPlan:
    """Check a Step `request` for a simulation of `arenas` with `physics_step` [s].

    Raises RequestError with one line for the client.
    """
    return StepPlan(
        iterations=_iterations(request.duration, physics_step),
        resets=_resets(request.resets, arenas),
        waffle_command=_command("waffle_command", request.waffle_command, arenas),
        burger_command=_command("burger_command", request.burger_command, arenas),
    )


def _iterations(duration: float, physics_step: float) -> int:
    if not math.isfinite(duration) or duration < 0.0:
        raise RequestError(f"duration is {duration} s: it must be 0 or a multiple of {physics_step:g} s")
    if duration > LONGEST_STEP:
        raise RequestError(f"duration is {duration:g} s: at most {LONGEST_STEP:g} s go into one step")
    iterations = round(duration / physics_step)
    if abs(iterations * physics_step - duration) > DURATION_TOLERANCE:
        raise RequestError(
            f"duration is {duration:g} s: it must be a multiple of the physics step of {physics_step:g} s, "
            f"for example {iterations * physics_step:g} s"
        )
    return iterations


def _resets(messages: Sequence[Any], arenas: int) -> tuple[Reset, ...]:
    resets: dict[int, Reset] = {}
    for message in messages:
        arena = message.arena
        if arena >= arenas:
            raise RequestError(f"resets name arena {arena}: this simulation has arenas 0 to {arenas - 1}")
        if arena in resets:
            raise RequestError(f"resets name arena {arena} twice: each arena can be reset once per step")
        resets[arena] = Reset(
            arena=arena,
            seed=message.seed,
            waffle_pose=_pose(f"waffle_pose of arena {arena}", message.waffle_pose),
            burger_pose=_pose(f"burger_pose of arena {arena}", message.burger_pose),
            solid=message.solid,
            limit_acceleration=message.limit_acceleration,
            appearance=_appearance(message.appearance) if message.appearance.given else None,
        )
    return tuple(resets.values())


def _appearance(message: Any) -> Appearance:
    values: dict[str, Any] = {}
    for name, count, *_ in APPEARANCE_FIELDS:
        value = getattr(message, name)
        first = value if count == 1 else float(value[0])
        if math.isnan(first):
            continue
        values[name] = value if count == 1 else tuple(map(float, value))
    return Appearance(**values, **{name: getattr(message, name) for name in LOOK_SEEDS})


def _pose(name: str, values: Sequence[float]) -> tuple[float, float, float] | None:
    x, y, yaw = (float(value) for value in values)
    if math.isnan(x):
        return None
    if not all(math.isfinite(value) for value in (x, y, yaw)):
        raise RequestError(
            f"{name} is [{x}, {y}, {yaw}]: x, y and yaw must be finite, or x NaN for the world file's pose"
        )
    if max(abs(x), abs(y)) > FARTHEST:
        raise RequestError(f"{name} is [{x:g}, {y:g}, {yaw:g}]: x and y must be within {FARTHEST:g} m")
    return x, y, yaw


def _command(name: str, values: Any, arenas: int) -> NDArray[np.float64] | None:
    if len(values) == 0:
        return None
    if len(values) != 2 * arenas:
        raise RequestError(
            f"{name} has {len(values)} numbers: {arenas} arenas need {2 * arenas} "
            "(linear.x, angular.z of each), or none to keep the last command"
        )
    command = np.frombuffer(values, dtype=np.float64).reshape(arenas, 2)
    # A sum is finite only if all numbers are; very large ones may make it infinite as well.
    if not math.isfinite(sum(values)) and not np.isfinite(command).all():
        arena = int(np.argwhere(~np.isfinite(command))[0, 0])
        raise RequestError(f"{name} of arena {arena} is {command[arena].tolist()}: it must be finite")
    return command
