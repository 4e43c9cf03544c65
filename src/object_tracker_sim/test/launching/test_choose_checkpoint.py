"""Which checkpoint an evaluation plays, and where: settled before anything starts."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from object_tracker_agent.checkpoints import Checkpoint, CheckpointError, Manifest, RandomStates
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.runs import Run, prepare_run
from object_tracker_agent.shipped import shipped_checkpoint
from object_tracker_agent.storage.best import Candidate
from object_tracker_agent.storage.run import uploading
from object_tracker_sim.launching.arguments import read
from object_tracker_sim.launching.evaluation import (
    Arguments,
    choose_checkpoint,
    results_folder,
    run_of,
    world_of,
)

sys.path.insert(0, str(Path(__file__).parents[3] / "object_tracker_agent" / "test"))
from s3_server import BUCKET, s3_server

DEFAULTS = {field.name: field.metadata["default"] for field in fields(Arguments)}
SHIPPED = "comes with the workspace; runs/ has none"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_run(name: str = "one", preset: str = "approach", **wishes: str) -> Run:
    """A run in runs/ with a checkpoint of small arrays."""
    run = prepare_run(Path("runs") / name, preset, **wishes)
    states = RandomStates.from_generators(np.zeros(4, np.uint8), np.random.RandomState(0).get_state())
    manifest = Manifest(1, 100, 0, load_preset(preset).to_dict(), {}, {}, [], states)
    arrays = {"w": np.zeros((2, 2), np.float32)}
    run.checkpoints.save(Checkpoint(manifest, arrays, arrays))
    return run


def changed_approach() -> str:
    """The file of a preset that still calls itself approach, but is another task."""
    values = load_preset("approach").to_dict()
    values["task"]["success_distance"] = 0.4
    Path("mine.yaml").write_text(Preset.from_dict(values).to_yaml())
    return "mine.yaml"


@pytest.mark.parametrize(("preset", "name"), [(None, "approach"), ("approach", "approach"), ("follow",) * 2])
def test_without_runs_what_comes_with_the_workspace(preset: str | None, name: str) -> None:
    assert choose_checkpoint(None, preset) == (shipped_checkpoint(name), SHIPPED)


def test_what_comes_with_the_workspace_is_not_played_for_a_changed_preset() -> None:
    with pytest.raises(CheckpointError, match=r"of another 'approach': .* differ in task\.success_distance"):
        choose_checkpoint(None, changed_approach())


def test_without_runs_and_nothing_of_the_preset() -> None:
    with pytest.raises(CheckpointError, match="no trained policy for preset 'upstream' comes with"):
        choose_checkpoint(None, "upstream")


def test_the_newest_run_of_the_preset() -> None:
    run = make_run()
    assert choose_checkpoint(None, None) == (run.checkpoints.paths()[0], "the newest run's")
    assert choose_checkpoint(None, "approach") == (run.checkpoints.paths()[0], "the newest run's")
    assert choose_checkpoint(None, "follow") == (shipped_checkpoint("follow"), SHIPPED)
    with pytest.raises(CheckpointError, match=r"of another 'approach': .* differ in task\.success_distance"):
        choose_checkpoint(None, changed_approach())


def test_as_given() -> None:
    checkpoint = make_run().checkpoints.paths()[0]
    assert choose_checkpoint("runs/one", None) == (checkpoint, "as given")
    with pytest.raises(CheckpointError, match="is of preset 'approach', not 'follow'"):
        choose_checkpoint("runs/one", "follow")


def arguments(**given: str) -> Arguments:
    return read(Arguments, {**DEFAULTS, **given})


def keep_best_of(run: Run) -> Path:
    candidate = Candidate.of(run.checkpoints.paths()[0])
    assert len(candidate.record(19, 20)) == 1
    return run.folder / "best" / "000001"


@pytest.mark.parametrize("named", ["best", "runs/one/best", "runs/one/best/000001"])
def test_the_best_of_a_run_is_of_that_run_and_plays_in_its_world(named: str) -> None:
    best = keep_best_of(make_run(world="textured"))
    checkpoint, _ = choose_checkpoint(named, None)
    assert checkpoint == best
    run = run_of(checkpoint)
    assert run is not None
    assert run.folder == Path("runs/one").absolute()
    assert results_folder(None, run).parent == run.evaluation
    assert world_of(arguments(checkpoint=named), load_preset("approach"), run) == "textured"


def test_no_run_for_what_lies_in_none() -> None:
    checkpoint = shipped_checkpoint("approach")
    assert run_of(checkpoint) is None
    assert world_of(arguments(), load_preset("follow_hard"), None) == "arena"


def test_the_world_given_goes_first() -> None:
    run = make_run(world="textured")
    assert world_of(arguments(world="empty"), load_preset("approach"), run) == "empty"


def test_what_comes_from_s3_plays_in_its_runs_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("cache").absolute()))
    uri, run = f"s3://{BUCKET}/tracker/one", make_run(world="textured")
    with s3_server():
        with uploading(run, uri, 3, False) as offer:
            offer(run.checkpoints.paths()[0])
        Candidate.of(run.checkpoints.paths()[0]).record(19, 20)
        for given in (uri, f"{uri}/latest", f"{uri}/best"):
            checkpoint, _ = choose_checkpoint(given, None)
            assert run_of(checkpoint) is None  # a copy in the cache
            assert world_of(arguments(checkpoint=given), load_preset("approach"), None) == "textured"
