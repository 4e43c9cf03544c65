"""Trained policies that come with the workspace: a checkpoint per preset, without optimiser, and a card."""

from __future__ import annotations

from pathlib import Path

from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.checkpoints.store import MANIFEST

FOLDER = Path(__file__).parent


def shipped_presets() -> list[str]:
    """Return the names of the presets for which there is a trained policy."""
    return sorted(folder.name for folder in FOLDER.iterdir() if (folder / MANIFEST).is_file())


def shipped_checkpoint(preset: str) -> Path:
    """Return the folder of the checkpoint for a preset's name. Raises CheckpointError if there is none."""
    known = shipped_presets()
    if preset not in known:
        raise CheckpointError(
            f"no trained policy for preset '{preset}' comes with the workspace"
            f" (there are: {', '.join(known)}); train one first"
        )
    return FOLDER / preset
