"""Rollout workers of a launch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from object_tracker_agent.ros import DomainChoice
from object_tracker_sim.launching.processes import ends_the_launch, may_finish, ros_program


def rollout_worker(
    redis_words: Sequence[str], worker: str, arenas: int, domain: DomainChoice, *, alone: bool = False
) -> list[Any]:
    """Return the actions of a worker that plays in the simulation of `domain` until the training ends.

    `redis_words` are the options that say where Redis is. With `alone` there is no trainer in this launch:
    the worker's end is its end.
    """
    label = f"rollout_worker_{worker}"
    node = ros_program(
        "object_tracker_agent", "rollout_worker", label=label,
        arguments=[*redis_words, "--worker", worker, "--arenas", str(arenas)],
        environment=domain.environment,
    )  # fmt: skip
    return [ends_the_launch(node, label) if alone else may_finish(node, label), node]
