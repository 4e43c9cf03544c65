"""From what a user names to a checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from object_tracker_agent.checkpoints import Checkpoint, CheckpointError, CheckpointStore, resolve_checkpoint
from object_tracker_agent.presets import Preset, load_preset

Make = Callable[..., Checkpoint]


def test_run_folder_checkpoints_folder_checkpoint_and_its_file(
    store: CheckpointStore, checkpoint: Make
) -> None:
    first, second = store.save(checkpoint(1)), store.save(checkpoint(2))
    assert resolve_checkpoint(store.folder.parent) == second
    assert resolve_checkpoint(store.folder) == second
    assert resolve_checkpoint(first) == first
    assert resolve_checkpoint(str(first / "checkpoint.json"), "approach") == first


def test_relative_path(store: CheckpointStore, checkpoint: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store.save(checkpoint(1))
    monkeypatch.chdir(path.parent)
    assert resolve_checkpoint("000001") == path


def test_damaged_newest_is_passed_over_but_not_one_that_was_named(
    store: CheckpointStore, checkpoint: Make
) -> None:
    first, second = store.save(checkpoint(1)), store.save(checkpoint(2))
    (second / "policy.safetensors").write_bytes(b"")
    warnings: list[str] = []
    assert resolve_checkpoint(store.folder, warn=warnings.append) == first
    assert len(warnings) == 1
    with pytest.raises(CheckpointError, match="truncated"):
        resolve_checkpoint(second)


def test_another_preset_is_refused(store: CheckpointStore, checkpoint: Make, tmp_path: Path) -> None:
    path = store.save(checkpoint(1))
    with pytest.raises(CheckpointError, match="is of preset 'approach', not 'upstream'"):
        resolve_checkpoint(path, "upstream")
    changed = tmp_path / "changed.yaml"
    values = load_preset("approach").to_dict()
    values["algorithm"]["gamma"] /= 2
    changed.write_text(Preset.from_dict(values).to_yaml())
    with pytest.raises(CheckpointError, match=r"differ in algorithm\.gamma"):
        resolve_checkpoint(path, str(changed))


@pytest.mark.parametrize(
    "setting", ["surroundings", "patterns", "camera_position_error", "camera_angle_error", "furniture"]
)
def test_a_checkpoint_may_be_older_than_a_setting(
    store: CheckpointStore, checkpoint: Make, setting: str
) -> None:
    old = checkpoint(1)
    del old.manifest.preset["randomisation"][setting]
    path = store.save(old)
    assert resolve_checkpoint(path, "approach") == path


def test_what_is_no_checkpoint(tmp_path: Path, store: CheckpointStore) -> None:
    with pytest.raises(CheckpointError, match="does not exist"):
        resolve_checkpoint(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="neither a run folder nor a checkpoint"):
        resolve_checkpoint(tmp_path)
    file = tmp_path / "weights.zip"
    file.write_bytes(b"PK")
    with pytest.raises(CheckpointError, match="neither a run folder nor a checkpoint"):
        resolve_checkpoint(file)
    store.folder.mkdir(parents=True)
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        resolve_checkpoint(store.folder.parent)


def test_needs_no_torch() -> None:
    import subprocess
    import sys

    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; import object_tracker_agent.checkpoints, "
        "object_tracker_agent.runs; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, *sys.path], check=False).returncode == 0
