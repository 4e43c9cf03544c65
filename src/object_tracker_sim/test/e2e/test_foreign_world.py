"""A world of the user's own, by its path: trained in and evaluated in, unchanged."""

from __future__ import annotations

import json

import pytest
import yaml

from .foreign_world import write_world
from .launched import launched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_train_and_evaluate_in_a_world_of_ones_own(tmp_path, tiny):
    """With A2C and continuous actions, which no other test launches."""
    data = yaml.safe_load(tiny.read_text())
    data["actions"] = {"linear": [0.0, 0.26], "angular": [-1.0, 1.0]}
    data["algorithm"] = {"name": "a2c", "max_policy_lag": 0, "steps_per_update": 64, "fragment_steps": 16}
    tiny.write_text(yaml.safe_dump(data))
    world = write_world(tmp_path / "mine.world", 1)
    text = world.read_text()
    settings = [f"preset:={tiny}", "world:=mine.world", "output_dir:=run", "arenas:=3"]
    with launched(tmp_path, "distributed_training.launch.py", *settings) as training:
        assert training.wait() == 0, training.output
    assert json.loads((tmp_path / "run" / "run.json").read_text())["world"] == str(world)
    assert "3 arena(s) in" in training.output
    assert "shadows are off: the robots of one arena would cast theirs into the others'" in training.output

    other = write_world(tmp_path / "another.world", 2)
    settings = ["checkpoint:=run", f"world:={other}", "trials:=1", "output_dir:=results"]
    with launched(tmp_path, "evaluation.launch.py", *settings) as evaluation:
        assert evaluation.wait() == 0, evaluation.output
    summary = json.loads((tmp_path / "results" / "summary.json").read_text())
    assert (summary["world"], summary["trials"], summary["preset"]) == ("another", 1, "tiny")
    assert world.read_text() == text


def test_who_knows_where_the_burger_is_reaches_it_in_any_world(tmp_path):
    """So the task can be done there; how well the shipped policies do it is told in docs/experiments.md."""
    world = write_world(tmp_path / "mine.world", 4)
    settings = ["driver:=scripted", f"world:={world}", "trials:=4", "seed:=3", "output_dir:=results"]
    with launched(tmp_path, "evaluation.launch.py", *settings) as evaluation:
        assert evaluation.wait(150) == 0, evaluation.output
    summary = json.loads((tmp_path / "results" / "summary.json").read_text())
    assert (summary["world"], summary["driver"], summary["checkpoint"]) == ("mine", "scripted", None)
    assert (summary["trials"], summary["successes"]) == (4, 4)
