"""From what a user names to a checkpoint folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from object_tracker_agent.checkpoints.compare import check_same_preset
from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.checkpoints.store import MANIFEST, CheckpointStore, read_checkpoint, warn_on_stderr
from object_tracker_agent.presets import load_preset


def resolve_checkpoint(
    path: str | Path, preset: str | None = None, *, warn: Callable[[str], None] = warn_on_stderr
) -> Path:
    """Return the folder of the valid checkpoint that `path` names.

    `path` is a run folder or its ``checkpoints`` (then the newest valid one is taken, damaged newer ones
    with a warning), a checkpoint folder, or its checkpoint.json. With `preset` the checkpoint must be of that
    preset. Raises CheckpointError in one line: not there, no checkpoint, damaged, of another preset.
    """
    given = Path(path).expanduser().absolute()
    if given.name == MANIFEST and given.is_file():
        given = given.parent
    if not given.exists():
        raise CheckpointError(f"checkpoint {given} does not exist; give a run folder or a checkpoint folder")
    if (given / MANIFEST).is_file():
        found = read_checkpoint(given, optimizer=False)
    elif (given / "checkpoints").is_dir():
        found = CheckpointStore(given / "checkpoints").newest(optimizer=False, warn=warn)
    elif given.name == "checkpoints" and given.is_dir():
        found = CheckpointStore(given).newest(optimizer=False, warn=warn)
    else:
        raise CheckpointError(f"{given} is neither a run folder nor a checkpoint; give one of the two")
    if preset:
        check_same_preset(load_preset(preset), found.manifest.preset, f"checkpoint {found.path}")
    assert found.path is not None  # read_checkpoint sets it
    return found.path
