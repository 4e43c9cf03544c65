"""What can be wrong with a checkpoint."""

from __future__ import annotations

from object_tracker_agent.errors import UserError


class CheckpointError(UserError):
    """A checkpoint that cannot be used: which one, what is wrong with it, what to do instead."""
