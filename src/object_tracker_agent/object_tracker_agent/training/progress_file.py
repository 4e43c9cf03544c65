"""progress.csv: one line per update."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from object_tracker_agent.durable_files import append_whole, replace_file, why
from object_tracker_agent.errors import UserError

COLUMNS = (
    "update",
    "steps",
    "seconds",  # of wall clock, over all sessions of the run
    "steps_per_second",  # since the update before
    "waiting_seconds",  # for fragments
    "transport_seconds",  # reading them, and publishing the policy before
    "update_seconds",
    "checkpoint_seconds",
    "episodes",  # ended in this update's fragments
    "reward",  # means over the last 100 episodes
    "length",
    "success",
    "distance",
    "policy_lag",  # mean, of this update's fragments
    "fragments_used",  # since the beginning of the run
    "fragments_dropped",
    "fragments_missing",
    "policy_gradient_loss",
    "value_loss",
    "entropy_loss",
    "locating_loss",  # empty without algorithm.locating_coefficient
    "approx_kl",
    "clip_fraction",
    "explained_variance",
    "clip_range",
)
ADDED = {"locating_loss"}
"""What the files of older runs do not have; when such a run is taken up, its lines have it empty."""


class ProgressFile:
    """The table, continued when a run is taken up."""

    def __init__(self, path: Path, update: int) -> None:
        """Keep the lines up to `update`; later ones belong to a checkpoint that was never finished."""
        self.path = path
        rows = [row for row in read_progress(path) if int(row["update"]) <= update]
        self.seconds_before = float(rows[-1]["seconds"]) if rows else 0.0
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        replace_file(path, text.getvalue().encode())

    def add(self, row: Mapping[str, object]) -> None:
        """Append a line, whole or not at all. Raises UserError when that fails."""
        text = io.StringIO()
        values = {name: _shown(row.get(name)) for name in COLUMNS}
        csv.DictWriter(text, COLUMNS, lineterminator="\n").writerow(values)
        try:
            append_whole(self.path, text.getvalue().encode())
        except OSError as error:
            raise UserError(f"cannot write {self.path}: {why(error)}") from error


def _shown(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else value


def read_progress(path: Path) -> list[dict[str, str]]:
    """Return the table's lines, oldest first; none if there is no file or it is damaged."""
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error):
        return []  # figures for people: a damaged file does not keep a training from going on
    known, needed = set(COLUMNS), set(COLUMNS) - ADDED
    return [row for row in rows if needed <= set(row) <= known and (row["update"] or "").isdecimal()]
