"""The command ``ros2 run object_tracker_sim learning_curves``."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import open_run
from object_tracker_sim.experiments.series import COLUMNS, Row, best_action, reference, sampled

IMAGES = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class CurvesSettings:
    """Draw success over environment steps and over wall clock, of runs and of drivers to compare with.

    Lines are a training's own episodes (actions drawn, mean of the last 100), dots the best action's trials
    by `experiments`, level lines what `evaluation.launch.py driver:=…` found.
    """

    runs: str = option("name=FOLDER,FOLDER … of runs, a name for those of one setting")
    image: str = option("file to draw to: .png, .svg or .pdf")
    references: str = option("name=SUMMARY.json … of evaluations", "")
    csv: str = option("file for the figures themselves", "")


def main(arguments: list[str]) -> int:
    """Read, draw, write."""
    settings = parse(CurvesSettings, "learning_curves", arguments)
    image = Path(settings.image)
    if image.suffix not in IMAGES:
        raise UserError(f"--image must end in {', '.join(IMAGES)}, not '{settings.image}'")
    rows: list[Row] = []
    for name, text in _named(settings.runs, "--runs"):
        for folder in text.split(","):
            run = open_run(folder)
            rows += [*sampled(name, run), *best_action(name, run)]
    for name, text in _named(settings.references, "--references"):
        rows.append(reference(name, _success(Path(text))))
    if not rows:
        raise UserError("--runs: nothing to draw: no run has got through 100 episodes or an evaluation yet")
    from object_tracker_sim.experiments.figure import draw  # matplotlib takes a second

    replace_file(image, draw(rows, image.suffix.removeprefix(".")))
    written = [str(image)]
    if settings.csv:
        text_file = io.StringIO()
        writer = csv.writer(text_file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
        replace_file(Path(settings.csv), text_file.getvalue().encode())
        written.append(settings.csv)
    print(f"written: {', '.join(written)}", flush=True)
    return 0


def _named(text: str, option_name: str) -> Iterator[tuple[str, str]]:
    for word in shlex.split(text):
        name, separator, value = word.partition("=")
        if not (name and separator and value):
            raise UserError(f"{option_name}: '{word}' is not name=value")
        yield name, value


def _success(path: Path) -> float:
    """Return the success rate in an evaluation's summary.json."""
    try:
        return float(json.loads(path.read_bytes())["success_rate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"--references: {path} is no summary.json of an evaluation ({error})") from None
