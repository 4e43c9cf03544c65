"""What must hold inside a manifest: whoever wrote it may have made its checksum fit."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from object_tracker_agent.checkpoints.lives import LifeAccount, life_name, split_life

LARGEST = 2**53  # of any count: exact in every language that may read it
_EPISODE = {"reward": float, "length": int, "success": bool, "distance": float, "interrupted": bool}
_RECORD = {"size": int, "sha256": str}
_RANDOM = {"torch": str, "numpy_key": str, "numpy_position": int}


def check_values(values: Mapping[str, Any]) -> None:
    """Raise ValueError, saying which, unless every value within is of its kind."""
    for name in ("update", "steps", "seed"):
        if not is_count(values[name]):
            raise ValueError(f"of a wrong kind: {name} is not a count")
    for life, account in values["account"].items():
        try:
            split_life(life)
            if not isinstance(account, dict) or not all(map(is_count, account.values())):
                raise ValueError
            LifeAccount.from_dict(account)
        except ValueError:
            raise ValueError(f"of a wrong kind: account[{life!r:.70}] is not that of a life") from None
    if not all(map(is_count, values["counters"].values())):
        raise ValueError("of a wrong kind: counters are not all counts")
    if not all(isinstance(version, str) for version in values["software"].values()):
        raise ValueError("of a wrong kind: software is not all texts")
    _check_record("random", values["random"], _RANDOM)
    for record in values["files"].values():
        _check_record("files", record, _RECORD)
    for episode in values["episodes"]:
        _check_record("episodes", episode, _EPISODE)


def from_format_1(values: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest of format 1 in the present form; it knew of each worker the last fragment seen."""
    try:
        consumed = values.pop("consumed")
        account = {
            life_name(worker, incarnation): LifeAccount(last + 1, Counter(earlier=last + 1)).to_dict()
            for worker, (incarnation, last) in consumed.items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError("of a wrong kind: consumed is not of format 1") from error
    return {**values, "account": account, "format": 2}


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
