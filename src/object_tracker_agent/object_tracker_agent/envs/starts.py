"""Where an episode starts, drawn from its seed."""

from __future__ import annotations

import numpy as np

from object_tracker_agent.envs.randomisation import NEUTRAL, Draw
from object_tracker_agent.presets import Range, StartPose, Task
from object_tracker_agent.ros import ArenaStart


def draw_start(task: Task, seed: int, arena: int, extra: Draw = NEUTRAL) -> ArenaStart:
    """Return the start of the episode with `seed` (0 .. 2^64-1) for `arena`.

    `extra` is the episode's draw of what the preset randomises. The start depends on the preset and the seed
    alone: the same seed starts the same in every arena. A robot without
    a start pose in the task starts where the world file puts it.
    """
    generator = np.random.default_rng(seed)
    # Both poses are always drawn, in this order, so that leaving one to the world does not move the other.
    waffle = _draw_pose(task.start.waffle, generator)
    burger = _draw_pose(task.start.burger, generator)
    if waffle is not None:
        (x, y), yaw = extra.position_error, extra.yaw_error
        waffle = (waffle[0] + x, waffle[1] + y, waffle[2] + yaw)
    return ArenaStart(
        arena=arena,
        seed=seed,
        waffle_pose=waffle,
        burger_pose=burger,
        solid=task.solid,
        limit_acceleration=task.limit_acceleration,
        look=extra.look,
    )


def _draw_pose(pose: StartPose | None, generator: np.random.Generator) -> tuple[float, float, float] | None:
    uniform = generator.random(3)
    if pose is None:
        return None
    x, y, yaw = (_between(part, u) for part, u in zip((pose.x, pose.y, pose.yaw), uniform, strict=True))
    return x, y, yaw


def _between(part: Range, uniform: float) -> float:
    return float(part.low + (part.high - part.low) * uniform)
