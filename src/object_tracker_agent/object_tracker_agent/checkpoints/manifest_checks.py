"""What must hold inside a manifest: whoever wrote it may have made its checksum fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

LARGEST = 2**53  # of any count: exact in every language that may read it
_EPISODE = {"reward": float, "length": int, "success": bool, "distance": float, "interrupted": bool}
_RECORD = {"size": int, "sha256": str}
_RANDOM = {"torch": str, "numpy_key": str, "numpy_position": int}


def check_values(values: Mapping[str, Any]) -> None:
    """Raise ValueError, saying which, unless every value within is of its kind."""
    for name in ("update", "steps", "seed"):
        if not is_count(values[name]):
            raise ValueError(f"of a wrong kind: {name} is not a count")
    for worker, place in values["consumed"].items():
        if not (isinstance(place, list) and len(place) == 2 and all(map(is_count, place))):
            raise ValueError(f"of a wrong kind: consumed[{worker!r:.70}] is not two counts")
    if not all(map(is_count, values["counters"].values())):
        raise ValueError("of a wrong kind: counters are not all counts")
    if not all(isinstance(version, str) for version in values["software"].values()):
        raise ValueError("of a wrong kind: software is not all texts")
    _check_record("random", values["random"], _RANDOM)
    for record in values["files"].values():
        _check_record("files", record, _RECORD)
    for episode in values["episodes"]:
        _check_record("episodes", episode, _EPISODE)


def is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def _check_record(name: str, record: object, kinds: Mapping[str, type]) -> None:
    if not isinstance(record, dict) or set(record) != set(kinds):
        raise ValueError(f"of a wrong kind: {name} has missing or unknown keys")
    for key, kind in kinds.items():
        value = record[key]
        fits = is_count(value) if kind is int else type(value) is kind
        if not fits or (kind is float and not math.isfinite(value)):
            raise ValueError(f"of a wrong kind: {key} in {name} is not a {kind.__name__}")
