"""Rollout workers of a launch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from object_tracker_agent.ros import DomainChoice
from object_tracker_agent.training.worker_main import SIMULATION_LOST
from object_tracker_sim.launching.processes import ros_program
from object_tracker_sim.launching.restarting import restarted


def rollout_worker(
    redis_words: Sequence[str],
    worker: str,
    arenas: int,
    domain: DomainChoice,
    ledger: Path,
    *,
    alone: bool = False,
) -> list[Any]:
    """Return the actions of a worker that plays in the simulation of `domain` until the training ends.

    `redis_words` are the options that say where Redis is. With `alone` there is no trainer in this launch:
    the worker's end is its end.
    """
    label = f"rollout_worker_{worker}"

    def node() -> Any:
        return ros_program(
            "object_tracker_agent", "rollout_worker", label=label,
            arguments=[*redis_words, "--worker", worker, "--arenas", str(arenas), "--ledger", str(ledger)],
            environment=domain.environment,
        )  # fmt: skip

    return restarted(
        node,
        label,
        finished="shutdown" if alone else "nothing",
        after=lambda status: status < 0 or status == SIMULATION_LOST,
    )
