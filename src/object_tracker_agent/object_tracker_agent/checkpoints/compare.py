"""Telling two presets apart."""

from __future__ import annotations

from typing import Any

from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.presets import Preset


def check_same_preset(given: Preset, own: dict[str, Any], owner: str) -> None:
    """Raise CheckpointError unless the preset the user `given` says the same as `owner`'s `own`.

    Settings that have come since `own` was written have their defaults in it.
    """
    if given.name != own.get("name"):
        raise CheckpointError(
            f"{owner} is of preset '{own.get('name')}', not '{given.name}'; leave preset out to use its own"
        )
    if key := first_difference(given.to_dict(), Preset.from_dict(own, owner).to_dict()):
        raise CheckpointError(
            f"{owner} is of another '{given.name}': the two differ in {key}; leave preset out to use its own"
        )


def first_difference(left: Any, right: Any, path: str = "") -> str | None:
    """Return the dotted name of the first key in which two presets differ, None if they do not."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(key for key in right if key not in left)]:
            if key == "description" and not path:
                continue
            if key not in left or key not in right:
                return f"{path}{key}"
            if found := first_difference(left[key], right[key], f"{path}{key}."):
                return found
        return None
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        if len(left) != len(right):
            return path.rstrip(".")
        pairs = zip(left, right, strict=True)
        return next((found for a, b in pairs if (found := first_difference(a, b, path))), None)
    return None if left == right else path.rstrip(".")
