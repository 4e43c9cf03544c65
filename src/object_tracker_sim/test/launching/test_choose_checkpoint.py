"""Which checkpoint an evaluation plays, and where: settled before anything starts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from object_tracker_agent.checkpoints import Checkpoint, CheckpointError, Manifest, RandomStates
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.runs import Run, prepare_run
from object_tracker_agent.shipped import shipped_checkpoint
from object_tracker_sim.launching.evaluation import choose_checkpoint

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
