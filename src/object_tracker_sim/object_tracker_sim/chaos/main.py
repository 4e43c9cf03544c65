"""The command ``ros2 run object_tracker_sim chaos``."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_sim.chaos.findings import findings, problems
from object_tracker_sim.chaos.killing import Killer
from object_tracker_sim.chaos.launched import LaunchedTraining
from object_tracker_sim.chaos.schedule import draw, updates

STEPS_PER_UPDATE = 64
PRESET = f"""
name: chaos
description: As small as a task can be, so that much happens between two kills.
task: {{max_steps: 20}}
actions:
  - {{linear: 0.2, angular: 0.0}}
  - {{linear: 0.1, angular: 0.6}}
  - {{linear: 0.1, angular: -0.6}}
observation: {{height: 30, width: 40, channels: 1, stack: 1, camera_height: 60, camera_width: 80}}
algorithm: {{batch_size: 32, epochs: 1, steps_per_update: {STEPS_PER_UPDATE}, fragment_steps: 16}}
network: {{convolutions: [[4, 8, 4]], dense: 8}}
training: {{total_steps: 128, arenas: 2}}
"""
END_PATIENCE = 15.0  # [s] after the launch in which every process must have gone


@dataclass(frozen=True)
class ChaosSettings:
    """Kill parts of a training again and again; fail unless it loses nothing.

    A small training runs under distributed_training.launch.py while simulator, world node, rollout worker,
    trainer and redis-server are killed (kill -9) by a schedule drawn from the seed. It must finish, its
    account of fragments must balance, every checkpoint must load, no process may be left.
    """

    kills: int = option("how many, 1 to 10000", 200)
    seed: int = option("of the schedule", 0)
    workers: int = option("rollout workers, each with a simulation, 1 to 8", 1)
    recovery: float = option("[s] that a recovery may take at most", 30.0)
    output_dir: str = option("new folder for the run and the launch's output; empty: a temporary one", "")
    json: str = option("file to write what was found to", "")

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        for name, low, high in (("kills", 1, 10_000), ("workers", 1, 8), ("seed", 0, 2**31 - 1)):
            if not low <= getattr(self, name) <= high:
                raise UserError(f"--{name} must be from {low} to {high}, not {getattr(self, name)}")


def main(arguments: list[str]) -> int:
    """Run, kill, look, and say."""
    raise_on_stop()
    settings = parse(ChaosSettings, "chaos", arguments)
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        folder = Path(settings.output_dir or temporary).expanduser().absolute()
        found = torment(settings, folder)
    if settings.json:
        replace_file(Path(settings.json), json.dumps(found, indent=1).encode())
    Console().print(_table(found))
    wrong = problems(found, settings.recovery)
    if wrong:
        raise UserError("; ".join(wrong[:5]))
    print(
        f"finished after {found['kills']} kills: the account of {found['account']['made']:,} fragments"
        f" balances, {found['checkpoints']} checkpoints load, no process is left; the longest recovery took"
        f" {found['longest_recovery_seconds']:.1f} s",
        flush=True,
    )
    return 0


def torment(settings: ChaosSettings, folder: Path) -> dict[str, Any]:
    """Run the training in `folder` and return what is found. Raises UserError if it does not get through."""
    schedule = draw(settings.kills, settings.seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "preset.yaml").write_text(PRESET)
    total = updates(schedule)
    begun = time.monotonic()
    training = LaunchedTraining(
        [
            f"preset:={folder / 'preset.yaml'}",
            f"output_dir:={folder / 'run'}",
            f"total_steps:={total * STEPS_PER_UPDATE}",
            f"workers:={settings.workers}",
            f"seed:={settings.seed}",
            f"restarts:={10 * settings.kills}",
            f"keep:={total}",
        ],
        folder / "launch.txt",
    )
    killer = Killer(training, lambda line: print(line, flush=True), 600 + 60.0 * settings.kills)
    try:
        killer.carry_out(schedule)
        status = killer.wait_for_end()
        left = training.left(END_PATIENCE)
    except UserError as error:
        lines = (folder / "launch.txt").read_text(errors="replace").splitlines()
        raise UserError(f"{error}; the last lines of the launch:\n" + "\n".join(lines[-15:])) from error
    finally:
        training.end()
    found = findings(folder / "run", killer.killed, left, status)
    return {"seed": settings.seed, "seconds": round(time.monotonic() - begun, 1), **found}


def _table(found: dict[str, Any]) -> Table:
    shown = Table("part", title=f"{found['kills']} kills, seed {found['seed']}, {found['seconds']:.0f} s")
    for column in ("kills", "median recovery [s]", "longest [s]"):
        shown.add_column(column, justify="right")
    for part, seconds in found["recovery_seconds"].items():
        numbers = (seconds.get(name, "") for name in ("kills", "median", "longest"))
        shown.add_row(part, *map(str, numbers))
    return shown
