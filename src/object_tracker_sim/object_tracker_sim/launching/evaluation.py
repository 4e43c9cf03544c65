"""evaluation.launch.py: trials of a checkpoint in a simulation of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from launch import LaunchContext
from launch.actions import LogInfo

from object_tracker_agent.checkpoints import read_checkpoint, resolve_checkpoint
from object_tracker_agent.checkpoints.resolve import BEST
from object_tracker_agent.errors import UserError
from object_tracker_agent.evaluation import DRIVERS, POLICY
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.runs import Run, newest_run, open_run
from object_tracker_agent.runs.prepare import DEFAULT_PRESET
from object_tracker_agent.shipped import shipped_checkpoint
from object_tracker_sim.launching import simulation
from object_tracker_sim.launching.arguments import argument, one_of, optional, whole_number
from object_tracker_sim.launching.processes import ends_the_launch, ros_program
from object_tracker_sim.simulator import resolve_world


@dataclass(frozen=True)
class Arguments:
    """Launch arguments of evaluation.launch.py."""

    trials: int = argument("20", "how many trials to play", whole_number(1))
    checkpoint: str | None = argument(
        "",
        "a run folder (its newest checkpoint), RUN/best, a checkpoint; latest or best of the newest run in"
        " runs/; s3://BUCKET/PREFIX, with /best at the end the best there; shipped/PRESET: the one that comes"
        " with the workspace; empty: the newest in runs/, else the one that comes with the workspace",
        optional(str),
    )
    preset: str | None = argument(
        "", "play a checkpoint of this preset, refuse one of another; empty: any, or approach", optional(str)
    )
    driver: str = argument(
        POLICY,
        "policy: the checkpoint's; to compare with, in the same trials: scripted (knows where the Burger is),"
        " random (draws its actions)",
        one_of(*DRIVERS),
    )
    seed: int = argument("0", "of the trials' starts", whole_number(0, 2**31 - 1))
    world: str | None = argument("", "name or path of a world; empty: the one trained in", optional(str))
    output_dir: str | None = argument(
        "",
        "where to write summary.json and trials.csv; empty: evaluation/<time> in the run folder",
        optional(str),
    )


def actions(context: LaunchContext, arguments: Arguments) -> Iterable[Any]:
    """Start the simulation and the evaluation, whose end is the end of the launch."""
    given = arguments.checkpoint or ""
    preset, checkpoint, whence = subject(arguments)
    run = None if checkpoint is None else run_of(checkpoint)
    output = results_folder(arguments.output_dir, run)
    (domain,) = simulation.own_domains(dict(os.environ), 1)
    plan = simulation.Simulation(
        "world",
        resolve_world(world_of(arguments, preset, run)),
        min(arguments.trials, preset.training.arenas),
        preset.observation.camera_height,
        preset.observation.camera_width,
        domain,
    )
    evaluate = ros_program(
        "object_tracker_agent", "evaluate", label="evaluate",
        arguments=[
            *(["--checkpoint", str(checkpoint)] if checkpoint else []),
            *(["--preset", arguments.preset] if arguments.preset and not checkpoint else []),
            "--driver", arguments.driver, "--trials", str(arguments.trials),
            "--seed", str(arguments.seed), "--output-dir", str(output),
            *(["--s3-uri", given] if given.startswith("s3:") else []),
        ],
        environment=domain.environment,
    )  # fmt: skip
    return [
        LogInfo(msg=whence),
        LogInfo(msg=f"results: {output}"),
        simulation.announce("world", domain),
        simulation.include_simulation(plan),
        ends_the_launch(evaluate, "evaluate"),
        evaluate,
    ]


def subject(arguments: Arguments) -> tuple[Preset, Path | None, str]:
    """Return the task to play, the checkpoint whose it is (None: none is needed), and a line about it."""
    if arguments.driver != POLICY and arguments.checkpoint is None:
        preset = load_preset(arguments.preset or DEFAULT_PRESET)
        return preset, None, f"driver: {arguments.driver}, preset {preset.name}"
    checkpoint, whence = choose_checkpoint(arguments.checkpoint, arguments.preset)
    preset = Preset.from_dict(read_checkpoint(checkpoint, optimizer=False).manifest.preset, str(checkpoint))
    if arguments.driver != POLICY:
        return preset, checkpoint, f"driver: {arguments.driver}, in the task of checkpoint {checkpoint}"
    return preset, checkpoint, f"checkpoint: {checkpoint} ({whence})"


def choose_checkpoint(given: str | None, preset: str | None) -> tuple[Path, str]:
    """Return the checkpoint to play, and in words why that one.

    What is given; else the newest run's in runs/, of `preset` if that is given; else what comes with the
    workspace for `preset`, or for approach.
    """
    if given is not None:
        return resolve_checkpoint(given, preset), "as given"
    wanted = None if preset is None else load_preset(preset).name
    try:
        run = newest_run("runs", preset=wanted)
    except UserError:
        shipped = shipped_checkpoint(wanted or DEFAULT_PRESET)
        return resolve_checkpoint(shipped, preset), "comes with the workspace; runs/ has none"
    return resolve_checkpoint(run, preset), "the newest run's"


def run_of(checkpoint: Path) -> Run | None:
    """Return the run that a checkpoint lies in, if any."""
    try:
        return open_run(checkpoint.parent.parent) if checkpoint.parent.name in ("checkpoints", BEST) else None
    except UserError:
        return None


def world_of(arguments: Arguments, preset: Preset, run: Run | None) -> str:
    """Return where to play: as given, as the checkpoint's run was trained, or the preset's world."""
    if arguments.world is not None:
        return arguments.world
    if run is not None:
        return run.settings.world
    if arguments.checkpoint is not None and arguments.checkpoint.startswith("s3:"):
        from object_tracker_agent.storage.best import prefix_of  # boto3 only when it is needed
        from object_tracker_agent.storage.run import saved_run

        saved = saved_run(prefix_of(arguments.checkpoint))
        return preset.world if saved is None else saved.settings.world
    return preset.world


def results_folder(given: str | None, run: Run | None) -> Path:
    """Return where the results go: as given, in the run, or in the current folder."""
    if given is not None:
        folder = Path(given).expanduser().absolute()
        if folder.exists() and not folder.is_dir():
            raise UserError(f"output_dir {folder} is a file; name a folder")
        return folder
    time = f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}"
    return run.evaluation / time if run else Path(f"evaluation-{time}").absolute()
