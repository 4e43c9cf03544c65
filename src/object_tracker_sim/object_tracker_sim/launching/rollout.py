"""rollout.launch.py: one more simulation and worker for a training that runs on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from launch import LaunchContext
from launch.actions import LogInfo

from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import open_run
from object_tracker_sim.launching import simulation
from object_tracker_sim.launching.arguments import argument, optional
from object_tracker_sim.launching.processes import ends_the_launch, ros_program
from object_tracker_sim.simulator import resolve_world


@dataclass(frozen=True)
class Arguments:
    """Launch arguments of rollout.launch.py."""

    run: str | None = argument("", "the run folder of a training under way on this machine", optional(str))


def actions(context: LaunchContext, arguments: Arguments) -> Iterable[Any]:
    """Start the simulation and the worker, which ends with the training and ends the launch."""
    if arguments.run is None:
        raise UserError("which training is to be joined? give run:=FOLDER, its run folder")
    run = open_run(arguments.run)
    url = run.redis_url()
    observation = run.load_preset().observation
    (domain,) = simulation.own_domains(dict(os.environ), 1)
    plan = simulation.Simulation(
        "world", resolve_world(run.settings.world), run.settings.arenas,
        observation.camera_height, observation.camera_width, domain,
    )  # fmt: skip
    worker = ros_program(
        "object_tracker_agent", "rollout_worker", label="rollout_worker",
        arguments=[
            "--redis-url", url, "--worker", f"joined-{os.getpid()}", "--arenas", str(run.settings.arenas),
        ],
        environment=domain.environment,
    )  # fmt: skip
    return [
        LogInfo(msg=f"joins the run {run.folder}"),
        simulation.announce("world", domain),
        simulation.include_simulation(plan),
        ends_the_launch(worker, "rollout_worker"),
        worker,
    ]
