"""What all experiments in a folder have shown: a table for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.runs import open_run
from object_tracker_agent.runs.folder import is_run
from object_tracker_sim.experiments.curve import first_at, read_curve

SHARE = 0.95
COLUMNS = (
    "setting",
    "seed",
    "steps_to_95",  # environment steps of the first evaluated checkpoint with 95 % of its trials
    "seconds_to_95",  # of wall clock, from the trainer's start
    "steps",  # of the last one
    "seconds",
    "successes",  # of the last one
    "trials",
    "steps_to_reach",  # of the last one, median; none with goal follow
)


def collect(folder: Path) -> list[dict[str, Any]]:
    """Return a row per training below `folder` that has been evaluated, with its points."""
    rows = []
    for path in sorted(folder.glob("*/seed_*")):
        if not is_run(path) or not (points := read_curve(run := open_run(path))):
            continue
        first, last = first_at(points, SHARE), points[-1]
        rows.append(
            {
                "setting": path.parent.name,
                "seed": run.settings.seed,
                "steps_to_95": first.steps if first else None,
                "seconds_to_95": first.seconds if first else None,
                "steps": last.steps,
                "seconds": last.seconds,
                "successes": last.successes,
                "trials": last.trials,
                "steps_to_reach": last.steps_to_reach,
                "points": [[point.steps, point.seconds, point.successes, point.trials] for point in points],
            }
        )
    return rows


def write(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write experiments.csv and experiments.json (with the points) into `folder`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    replace_file(folder / "experiments.csv", text.getvalue().encode())
    replace_file(folder / "experiments.json", (json.dumps(rows, indent=1) + "\n").encode())


def shown(rows: list[dict[str, Any]]) -> Table:
    """Return the table for people."""
    table = Table("setting", box=box.SIMPLE_HEAD)
    for column in (
        "seed",
        "steps to 95 %",
        "seconds to 95 %",
        "steps",
        "seconds",
        "success",
        "steps to reach",
    ):
        table.add_column(column, justify="right")
    for row in rows:
        reached = row["steps_to_95"]
        table.add_row(
            row["setting"],
            str(row["seed"]),
            f"{reached:,}" if reached is not None else "not reached",
            f"{row['seconds_to_95']:.0f}" if reached is not None else "",
            f"{row['steps']:,}",
            f"{row['seconds']:.0f}",
            f"{100 * row['successes'] / row['trials']:.1f} %",
            f"{row['steps_to_reach']:g}" if row["steps_to_reach"] is not None else "",
        )
    return table
