"""Learning curves: from runs' files to a picture and the figures in it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import prepare_run
from object_tracker_agent.training.progress_file import ProgressFile
from object_tracker_sim.experiments.curves_main import main


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Two runs of three updates each; the first has an evaluated checkpoint."""
    folders = [tmp_path / name for name in ("one", "two")]
    for number, folder in enumerate(folders):
        run = prepare_run(folder, seed=number)
        progress = ProgressFile(run.progress_file, 0)
        for update, success in enumerate((1.0, 0.25, 0.5 + number / 4), start=1):  # the first of 10 episodes
            row = {"update": update, "steps": 100 * update, "seconds": 2.0 * update, "success": success}
            progress.add({**row, "episodes": 10})
    point = {"update": 3, "steps": 300, "seconds": 6.0, "trials": 20, "trials_seed": 1, "successes": 18}
    (folders[0] / "evaluation").mkdir()
    (folders[0] / "evaluation" / "curve.json").write_text(json.dumps([point | {"steps_to_reach": None}]))
    return folders


def test_picture_and_figures(tmp_path: Path, runs: list[Path]) -> None:
    summary = tmp_path / "summary.json"
    summary.write_text('{"success_rate": 0.08}')
    image, table = tmp_path / "curves.png", tmp_path / "curves.csv"
    words = ["--runs", f"a={runs[0]} b={runs[1]}", "--references", f"random={summary}"]
    assert main([*words, "--image", str(image), "--csv", str(table)]) == 0
    with table.open() as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["series", "run", "kind", "steps", "seconds", "success"],
        ["a", "one", "sampled", "200", "4.0", "0.25"],
        ["a", "one", "sampled", "300", "6.0", "0.5"],
        ["a", "one", "best action", "300", "6.0", "0.9"],
        ["b", "two", "sampled", "200", "4.0", "0.25"],
        ["b", "two", "sampled", "300", "6.0", "0.75"],
        ["random", "", "reference", "", "", "0.08"],
    ]
    picture = cv2.imread(str(image))
    assert picture.shape[1] > 1000
    assert (
        len({tuple(pixel) for row in picture[::3, ::3] for pixel in row}) > 20
    )  # something is drawn in colour


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--runs", "a", "--image", "x.png"], "--runs: 'a' is not name=value"),
        (["--runs", "a=/nowhere", "--image", "x.png"], "is not a run folder"),
        (["--runs", "a=/nowhere", "--image", "x.gif"], "--image must end in .png"),
        (["--runs", "", "--image", "x.png"], "nothing to draw"),
        (
            ["--runs", "", "--references", "r=/nowhere", "--image", "x.png"],
            "no summary.json of an evaluation",
        ),
    ],
)
def test_what_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        main(words)
