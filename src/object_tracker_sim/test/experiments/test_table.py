"""From points to a row: the first that is good enough, and the last."""

import csv
import json

from rich.console import Console

from object_tracker_agent.runs import prepare_run
from object_tracker_sim.experiments import table
from object_tracker_sim.experiments.curve import Point, first_at


def point(update, successes, reach=170.0):
    return Point(update, 1024 * update, 2.0 * update, 100, 1000, successes, reach)


def test_the_first_point_that_is_good_enough():
    points = [point(1, 0, None), point(2, 94), point(3, 95), point(4, 90)]
    assert first_at(points, 0.95) is points[2]
    assert first_at(points[:2], 0.95) is None


def test_rows_csv_and_json(tmp_path):
    for seed, successes in ((0, (3, 96, 100)), (1, (0, 1, 2))):
        run = prepare_run(tmp_path / "approach" / f"seed_{seed}", seed=seed)
        run.evaluation.mkdir()
        reach = None if seed else 170.0  # None as with goal follow
        points = [vars(point(update + 1, number, reach)) for update, number in enumerate(successes)]
        (run.evaluation / "curve.json").write_text(json.dumps(points))
    prepare_run(tmp_path / "approach" / "seed_2", seed=2)  # not evaluated yet
    rows = table.collect(tmp_path)
    assert [(row["seed"], row["steps_to_95"], row["seconds_to_95"], row["successes"]) for row in rows] == [
        (0, 2048, 4.0, 100),
        (1, None, None, 2),
    ]
    table.write(tmp_path, rows)
    with (tmp_path / "experiments.csv").open() as file:
        read = list(csv.DictReader(file))
    assert [row["steps_to_95"] for row in read] == ["2048", ""]
    assert [row["steps_to_reach"] for row in read] == ["170.0", ""]
    assert json.loads((tmp_path / "experiments.json").read_text())[0]["points"][1] == [2048, 4.0, 96, 100]
    console = Console(width=140, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(table.shown(rows))
    text = console.export_text()
    assert "2,048" in text
    assert "not reached" in text
