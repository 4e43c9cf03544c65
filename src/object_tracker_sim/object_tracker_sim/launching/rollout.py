"""rollout.launch.py: one more simulation and worker for a training that runs on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from launch import LaunchContext
from launch.actions import ExecuteProcess, LogInfo

from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import open_run
from object_tracker_sim.launching import simulation
from object_tracker_sim.launching.arguments import argument, optional
from object_tracker_sim.launching.processes import (
    TIED,
    ends_the_launch,
    may_finish,
    require_program,
    ros_program,
)
from object_tracker_sim.simulator import resolve_world


@dataclass(frozen=True)
class Arguments:
    """Launch arguments of rollout.launch.py."""

    run: str | None = argument("", "the run folder of a training under way on this machine", optional(str))


def actions(context: LaunchContext, arguments: Arguments) -> Iterable[Any]:
    """Start the simulation and the worker; the end of the training is the end of the launch."""
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
    # The trainer holds the run's lock (flock(2)) as long as it lives. Its redis-server goes with it, and then
    # nobody else can tell the worker that there is nothing left to do.
    require_program("flock", "util-linux")
    training = ExecuteProcess(
        cmd=[*TIED, "flock", "--shared", str(run.folder / "lock"), "true"], name="end_of_training"
    )
    return [
        LogInfo(msg=f"joins the run {run.folder}"),
        simulation.announce("world", domain),
        simulation.include_simulation(plan),
        may_finish(worker, "rollout_worker"),
        worker,
        ends_the_launch(training, "the training"),
        training,
    ]
