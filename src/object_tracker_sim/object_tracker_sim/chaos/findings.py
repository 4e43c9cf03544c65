"""What is found when a training that was killed at is over."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from object_tracker_agent.account.balance import balance
from object_tracker_agent.checkpoints import CheckpointError, read_checkpoint
from object_tracker_agent.runs import open_run
from object_tracker_sim.chaos.killing import Killed
from object_tracker_sim.chaos.schedule import PARTS


def corrupted(run_dir: Path) -> tuple[int, list[str]]:
    """Read every checkpoint of the run; return their number, and what is wrong with which."""
    paths, wrong = open_run(run_dir).checkpoints.paths(), []
    for path in paths:
        try:
            read_checkpoint(path)
        except CheckpointError as error:
            wrong.append(str(error))
    return len(paths), wrong


def findings(run_dir: Path, killed: list[Killed], left: dict[int, str], status: int) -> dict[str, Any]:
    """Return everything as plain data."""
    run = open_run(run_dir)
    account = balance(run)
    number, wrong = corrupted(run_dir)
    return {
        "exit_status": status,
        "run_status": run.settings.status,
        "updates": account.update,
        "kills": len(killed),
        "recovery_seconds": {
            part: _seconds([one.seconds for one in killed if one.kill.part == part]) for part in PARTS
        },
        "longest_recovery_seconds": round(max((one.seconds for one in killed), default=0.0), 2),
        "account_balances": not account.problems,
        "account_problems": account.problems,
        "account": account.totals(),
        "lives": len(account.lives),
        "checkpoints": number,
        "corrupted_checkpoints": wrong,
        "processes_left": left,
        "each": [
            {
                "part": one.kill.part,
                "update": one.update,
                "overlapping": one.kill.overlapping,
                "parts_away": one.others,
                "back_seconds": None if one.back is None else round(one.back - one.at, 2),
                "recovery_seconds": round(one.seconds, 2),
            }
            for one in killed
        ],
    }


def problems(found: dict[str, Any], longest: float) -> list[str]:
    """Return what is not as it should be; `longest` [s] is how long a recovery may take."""
    wrong = []
    if found["exit_status"] != 0 or found["run_status"] != "finished":
        wrong.append(f"the launch ended with {found['exit_status']}, the run is {found['run_status']}")
    wrong += found["account_problems"]
    wrong += found["corrupted_checkpoints"]
    wrong += [f"process {pid} is left: {command}" for pid, command in found["processes_left"].items()]
    if found["longest_recovery_seconds"] > longest:
        wrong.append(f"a recovery took {found['longest_recovery_seconds']} s, more than {longest:g} s")
    return wrong


def _seconds(values: list[float]) -> dict[str, float | int]:
    if not values:
        return {"kills": 0}
    return {
        "kills": len(values),
        "median": round(statistics.median(values), 2),
        "longest": round(max(values), 2),
    }
