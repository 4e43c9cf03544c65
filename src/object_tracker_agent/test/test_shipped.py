"""The trained policies that come with the workspace."""

import json
import re
from pathlib import Path

import pytest

from object_tracker_agent.checkpoints import CheckpointError, read_checkpoint, resolve_checkpoint
from object_tracker_agent.evaluation.summary import wilson_interval
from object_tracker_agent.policies import Policy, load_policy
from object_tracker_agent.presets import load_preset, preset_names
from object_tracker_agent.shipped import shipped_checkpoint, shipped_presets


def test_there_is_one_for_the_default_task_and_for_follow():
    assert {"approach", "follow"} <= set(shipped_presets()) <= set(preset_names())


@pytest.mark.parametrize("name", shipped_presets())
def test_it_is_of_the_preset_as_it_is_now(name):
    folder = shipped_checkpoint(name)
    assert Policy.from_checkpoint(folder).preset == load_preset(name)


@pytest.mark.parametrize("name", shipped_presets())
def test_it_is_small_and_has_a_model_card(name):
    folder = shipped_checkpoint(name)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 2_000_000
    assert not (folder / "optimizer.safetensors").exists()
    assert (folder / "README.md").is_file()
    assert summary_of(name)["trials"] >= 100


def summary_of(name):
    return json.loads((shipped_checkpoint(name) / "summary.json").read_text())


def rows_of_card(name):
    """Return the rows of the card's table, by their first column."""
    lines = (shipped_checkpoint(name) / "README.md").read_text(encoding="utf-8").splitlines()
    return {row[1].strip(): row[2].strip() for row in (line.split("|") for line in lines) if len(row) == 4}


@pytest.mark.parametrize("name", shipped_presets())
def test_the_summary_is_of_this_checkpoint(name):
    summary, manifest = summary_of(name), read_checkpoint(shipped_checkpoint(name), optimizer=False).manifest
    assert summary["preset"] == name
    assert (summary["update"], summary["steps"]) == (manifest.update, manifest.steps)
    assert summary["success_rate"] == summary["successes"] / summary["trials"]
    assert summary["ends"]["success"] == summary["successes"]
    interval = wilson_interval(summary["successes"], summary["trials"])
    assert summary["success_rate_interval"] == pytest.approx(interval)
    reaches = load_preset(name).task.goal == "reach" and summary["successes"] > 0
    assert (summary["steps_to_reach_median"] is not None) == reaches


@pytest.mark.parametrize("name", shipped_presets())
def test_the_cards_result_is_the_summarys(name):
    summary, result = summary_of(name), rows_of_card(name)["result"]
    low, high = (f"{100 * end:.1f}".removesuffix(".0") for end in summary["success_rate_interval"])
    interval = f"(95 %: {low}\N{EN DASH}{high} %)"
    assert result.startswith(f"{summary['successes']} of {summary['trials']} trials {interval}")
    median = re.search(r"median ([\d.]+) steps", result)
    assert (median and float(median[1])) == summary["steps_to_reach_median"]


@pytest.mark.parametrize("name", shipped_presets())
def test_the_cards_commands_and_settings_are_those_of_training_and_trials(name):
    rows, summary = rows_of_card(name), summary_of(name)
    manifest = read_checkpoint(shipped_checkpoint(name), optimizer=False).manifest
    trained = re.search(r"([\d,]+) environment steps in world `(\w+)`, seed (\d+)", rows["trained"])
    assert trained is not None
    steps, world, seed = trained.groups()
    assert (steps, int(seed)) == (f"{manifest.steps:,}", manifest.seed)
    command = dict(re.findall(r"(\w+):=(\S+)", rows["command"].strip("`")))
    assert command.get("preset", "approach") == name
    assert command.get("seed", "0") == seed
    assert command.get("world", load_preset(name).world) == world
    trials = dict(re.findall(r"(\w+):=([^\s`]+)", rows["trials"]))
    assert trials["checkpoint"] == f"shipped/{name}"
    assert (int(trials["trials"]), int(trials["seed"])) == (summary["trials"], summary["seed"])
    # A shipped checkpoint lies in no run: without a world given it plays in its preset's
    assert trials.get("world", load_preset(name).world) == summary["world"]


@pytest.mark.parametrize("name", shipped_presets())
def test_it_has_a_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve_checkpoint(f"shipped/{name}") == shipped_checkpoint(name)
    assert resolve_checkpoint(Path("shipped") / name, name) == shipped_checkpoint(name)
    with pytest.raises(CheckpointError, match=f"is of preset '{name}', not 'upstream'"):
        resolve_checkpoint(f"shipped/{name}", "upstream")
    assert load_policy(f"shipped/{name}").preset == load_preset(name)


def test_a_folder_of_that_name_goes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("shipped/approach").mkdir(parents=True)
    with pytest.raises(CheckpointError, match="neither a run folder nor a checkpoint"):
        resolve_checkpoint("shipped/approach")


def test_none_for_another():
    with pytest.raises(CheckpointError, match="no trained policy for preset 'upstream'"):
        resolve_checkpoint("shipped/upstream")
    with pytest.raises(CheckpointError, match="no trained policy for preset 'upstream'"):
        shipped_checkpoint("upstream")
