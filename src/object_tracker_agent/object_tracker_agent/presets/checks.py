"""What must hold between the fields of a preset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from object_tracker_agent.errors import UserError
from object_tracker_agent.motions import motion_names
from object_tracker_agent.nearest import did_you_mean
from object_tracker_agent.presets.settings import Algorithm, Network, Observation, Task, Training
from object_tracker_agent.rewards import reward_names

if TYPE_CHECKING:
    from object_tracker_agent.presets.preset import Preset


def check(preset: Preset, source: str) -> None:
    """Raise a `UserError` that names the fields when two of them contradict each other."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", preset.name):
        raise UserError(f"{source}: name: must be up to 64 letters, digits, '_' and '-', not {preset.name!r}")
    reward, known = preset.reward.name, reward_names()
    if reward not in known:
        raise UserError(
            f"{source}: reward.name: no reward '{reward}'{did_you_mean(reward, known)}"
            f" (known: {', '.join(known)})"
        )
    motion, known = preset.burger.motion, motion_names()
    if motion not in known:
        raise UserError(
            f"{source}: burger.motion: no motion '{motion}'{did_you_mean(motion, known)}"
            f" (known: {', '.join(known)})"
        )
    for problem in (
        *_task_problems(preset.task),
        *_observation_problems(preset.observation),
        *_algorithm_problems(preset.algorithm),
        *_network_problems(preset.network, preset.observation),
        *_training_problems(preset.training, preset.task),
    ):
        raise UserError(f"{source}: {problem}")


def _task_problems(task: Task) -> list[str]:
    if task.goal == "follow":
        return _follow_problems(task)
    if task.success_distance >= task.lost_distance:
        return [
            f"task.success_distance: must be below task.lost_distance ({task.lost_distance:g} m),"
            f" not {task.success_distance:g}"
        ]
    return []


def _follow_problems(task: Task) -> list[str]:
    follow = task.follow
    if follow.nearest >= follow.farthest:
        return [
            f"task.follow.nearest: must be below farthest ({follow.farthest:g} m), not {follow.nearest:g}"
        ]
    if follow.farthest >= task.lost_distance:
        return [f"task.follow.farthest: must be below task.lost_distance, not {follow.farthest:g}"]
    if follow.settle_time >= task.max_steps * task.step_time:
        return [f"task.follow.settle_time: must end before the episode does, not {follow.settle_time:g} s"]
    return []


def _observation_problems(observation: Observation) -> list[str]:
    return [
        f"observation.{side}: must be up to observation.camera_{side} ({rendered} pixel), not {wanted}"
        for side, wanted, rendered in (
            ("height", observation.height, observation.camera_height),
            ("width", observation.width, observation.camera_width),
        )
        if wanted > rendered
    ]


def _algorithm_problems(algorithm: Algorithm) -> list[str]:
    divisors = ["fragment_steps", *(["batch_size"] if algorithm.name == "ppo" else [])]
    return [
        f"algorithm.steps_per_update: must be a multiple of algorithm.{name} ({divisor}),"
        f" not {algorithm.steps_per_update}"
        for name in divisors
        if algorithm.steps_per_update % (divisor := getattr(algorithm, name))
    ]


def _network_problems(network: Network, observation: Observation) -> list[str]:
    height, width = observation.height, observation.width
    for index, layer in enumerate(network.convolutions):
        if layer.kernel > min(height, width):
            return [
                f"network.convolutions[{index}]: kernel {layer.kernel} is larger than the {height} by {width}"
                " pixel that reach it; use a smaller kernel or stride, or a larger observation"
            ]
        height = (height - layer.kernel) // layer.stride + 1
        width = (width - layer.kernel) // layer.stride + 1
    return []


def _training_problems(training: Training, task: Task) -> list[str]:
    if training.episode_steps is not None and training.episode_steps > task.max_steps:
        return [
            f"training.episode_steps: must be up to task.max_steps ({task.max_steps}),"
            f" not {training.episode_steps}"
        ]
    return []
