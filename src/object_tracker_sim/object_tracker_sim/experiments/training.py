"""One training by the launch file, as a user would start it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from object_tracker_agent.durable_files import why
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import Run, open_run
from object_tracker_agent.runs.folder import is_run
from object_tracker_agent.simulation.child_process import ChildProcess

LOOK = 0.5  # [s] between two looks at the launch


def finished(folder: Path, steps: int) -> bool:
    """Whether the run in `folder` is there and has done `steps`."""
    if not is_run(folder):
        return False
    run = open_run(folder)
    return (
        run.settings.status == "finished" and run.checkpoints.newest(optimizer=False).manifest.steps >= steps
    )


def train(
    folder: Path, preset_file: Path, seed: int, steps: int, keep_every: int, look: Callable[[Path], None]
) -> Run:
    """Train, or go on with, the run in `folder`; what the launch says goes to the file FOLDER.log.

    Args:
        folder: of the run.
        preset_file: the preset.
        seed: of the training.
        steps: its length [environment steps].
        keep_every: updates from one checkpoint that stays to the next.
        look: called with `folder` now and then meanwhile.

    Raises:
        UserError: the training failed; with the launch's own line where there is one.
    """
    arguments = {"preset": preset_file, "seed": seed, "total_steps": steps, "output_dir": folder}
    arguments["keep_every"] = keep_every
    command = ["ros2", "launch", "object_tracker_sim", "distributed_training.launch.py"]
    command += [f"{name}:={value}" for name, value in arguments.items()]
    log = folder.with_name(f"{folder.name}.log")
    try:
        output = log.open("ab")
    except OSError as error:
        raise UserError(f"cannot write {log}: {why(error)}") from error
    with output:
        launch = ChildProcess(command, environment=os.environ, output=output)
        try:
            while (status := launch.status()) is None:
                time.sleep(LOOK)
                look(folder)
        finally:
            launch.end()
    if status != 0 or not finished(folder, steps):
        raise UserError(f"the training in {folder} failed (status {status}): {_last_error(log)}")
    return open_run(folder)


def _last_error(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    errors = [line for line in lines if "error: " in line or "[ERROR]" in line]
    return f"{errors[0] if errors else 'it said nothing'} (see {log})"
