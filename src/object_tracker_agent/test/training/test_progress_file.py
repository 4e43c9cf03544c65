"""progress.csv is continued as it was, also when an older version began it."""

import csv
from pathlib import Path
from typing import Any

import pytest

from object_tracker_agent.training.console import describe
from object_tracker_agent.training.progress_file import ADDED, COLUMNS, ProgressFile, read_progress


def row(update: int, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(set(COLUMNS) - ADDED, 0.5)
    return {**values, "update": update, "seconds": 2.5 * update, **changes}


def write(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def test_lines_after_the_checkpoint_are_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "progress.csv"
    progress = ProgressFile(path, 0)
    for update in (1, 2, 3):
        progress.add(row(update, locating_loss=1 / 3))
    progress = ProgressFile(path, 2)
    assert progress.seconds_before == 5.0
    progress.add(row(3, reward=None))
    rows = read_progress(path)
    assert [r["update"] for r in rows] == ["1", "2", "3"]
    assert [r["locating_loss"] for r in rows] == ["0.333333", "0.333333", ""]
    assert [r["reward"] for r in rows] == ["0.5", "0.5", ""]


def test_a_run_begun_by_an_older_version_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "progress.csv"
    write(path, [name for name in COLUMNS if name not in ADDED], [row(1), row(2)])
    assert [r["update"] for r in read_progress(path)] == ["1", "2"]
    progress = ProgressFile(path, 2)
    assert progress.seconds_before == 5.0
    progress.add(row(3, locating_loss=0.25))
    rows = read_progress(path)
    assert path.read_text().splitlines()[0] == ",".join(COLUMNS)
    assert [(r["update"], r["value_loss"], r["locating_loss"]) for r in rows] == [
        ("1", "0.5", ""),
        ("2", "0.5", ""),
        ("3", "0.5", "0.25"),
    ]


@pytest.mark.parametrize("columns", [[*COLUMNS, "more"], list(COLUMNS[:-1]), ["update"]], ids=len)
def test_a_table_of_something_else_is_left_out(tmp_path: Path, columns: list[str]) -> None:
    path = tmp_path / "progress.csv"
    write(path, columns, [row(1)])
    assert read_progress(path) == []


def test_a_line_for_people_names_the_losses_there_are() -> None:
    figures = row(1, policy_gradient_loss=-0.01, value_loss=0.25, fragments_dropped=0)
    assert describe(figures).endswith("losses: policy -0.0100, value 0.2500")
    assert describe({**figures, "locating_loss": 1.5}).endswith("value 0.2500, locating 1.5000")
