"""Checkpoints: plain data in a folder, checked before use. Nothing here needs torch."""

from object_tracker_agent.checkpoints.compare import check_same_preset
from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.checkpoints.manifest import Manifest, RandomStates, software_versions
from object_tracker_agent.checkpoints.resolve import resolve_checkpoint
from object_tracker_agent.checkpoints.store import KEEP, Checkpoint, CheckpointStore, read_checkpoint

__all__ = [
    "KEEP",
    "Checkpoint",
    "CheckpointError",
    "CheckpointStore",
    "Manifest",
    "RandomStates",
    "check_same_preset",
    "read_checkpoint",
    "resolve_checkpoint",
    "software_versions",
]
