"""What is drawn: success of each run over its training."""

from __future__ import annotations

import csv
from typing import NamedTuple

from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import Run

SAMPLED, BEST, REFERENCE = "sampled", "best action", "reference"
FEWEST_EPISODES = 20
"""So many make a mean; progress.csv begins with fewer."""
COLUMNS = ("series", "run", "kind", "steps", "seconds", "success")


class Row(NamedTuple):
    """A point of a curve."""

    series: str
    run: str
    kind: str  # SAMPLED, BEST, REFERENCE
    steps: int | None  # of training, None for a reference
    seconds: float | None  # of training, wall clock
    success: float  # 0 .. 1


def sampled(series: str, run: Run) -> list[Row]:
    """Return a run's own episodes, as its progress.csv has them. Raises UserError: it cannot be read."""
    rows, episodes = [], 0
    try:
        with run.progress_file.open(newline="") as file:
            for row in csv.DictReader(file):
                episodes += int(row["episodes"])
                if episodes >= FEWEST_EPISODES:
                    steps, seconds, success = int(row["steps"]), float(row["seconds"]), float(row["success"])
                    rows.append(Row(series, run.folder.name, SAMPLED, steps, seconds, success))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{run.progress_file} cannot be read: {error}") from None
    return rows


def best_action(series: str, run: Run) -> list[Row]:
    """Return what `experiments` has found of a run's checkpoints, if anything."""
    from object_tracker_sim.experiments.curve import read_curve  # brings torch

    return [
        Row(series, run.folder.name, BEST, point.steps, point.seconds, point.successes / point.trials)
        for point in read_curve(run)
    ]


def reference(series: str, success: float) -> Row:
    """Return a level line."""
    return Row(series, "", REFERENCE, None, None, success)
