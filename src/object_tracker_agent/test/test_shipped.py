"""The trained policies that come with the workspace."""

import json

import pytest

from object_tracker_agent.checkpoints import CheckpointError, read_checkpoint
from object_tracker_agent.policies import Policy
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


def test_none_for_another():
    with pytest.raises(CheckpointError, match="no trained policy for preset 'upstream'"):
        shipped_checkpoint("upstream")
