"""The trained policies that come with the workspace."""

import json
from pathlib import Path

import pytest

from object_tracker_agent.checkpoints import CheckpointError, read_checkpoint, resolve_checkpoint
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
    card = (folder / "README.md").read_text(encoding="utf-8")
    manifest = read_checkpoint(folder, optimizer=False).manifest
    assert f"{manifest.steps:,}" in card
    assert json.loads((folder / "summary.json").read_text())["trials"] >= 100


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
