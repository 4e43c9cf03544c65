"""Results of an evaluation on disk."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from object_tracker_agent.durable_files import replace_file, why
from object_tracker_agent.errors import UserError
from object_tracker_agent.evaluation.trials import Trial


def prepare_output(folder: Path) -> None:
    """Create `folder` unless it is there. Raises UserError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot create output_dir {folder}: {why(error)}") from error


def write_results(folder: Path, summary: dict[str, Any], trials: Sequence[Trial]) -> None:
    """Write trials.csv and then summary.json, each whole or not at all. Raises UserError."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Trial)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(trial) for trial in trials)
    replace_file(folder / "trials.csv", text.getvalue().encode())
    replace_file(folder / "summary.json", (json.dumps(summary, indent=2) + "\n").encode())
