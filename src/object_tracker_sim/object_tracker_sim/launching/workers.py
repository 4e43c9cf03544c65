"""Rollout workers of a launch."""

from __future__ import annotations

from typing import Any

from object_tracker_agent.ros import DomainChoice
from object_tracker_sim.launching.processes import may_finish, ros_program


def rollout_worker(redis_url: str, worker: str, arenas: int, domain: DomainChoice) -> list[Any]:
    """Return the actions of a worker that plays in the simulation of `domain` until the training ends."""
    label = f"rollout_worker_{worker}"
    node = ros_program(
        "object_tracker_agent", "rollout_worker", label=label,
        arguments=["--redis-url", redis_url, "--worker", worker, "--arenas", str(arenas)],
        environment=domain.environment,
    )  # fmt: skip
    return [may_finish(node, label), node]
