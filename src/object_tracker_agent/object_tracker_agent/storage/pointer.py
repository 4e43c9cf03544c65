"""model/latest.json and model/best.json: which checkpoint of a prefix is meant."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 1
LATEST, BEST = "latest", "best"
MAX_BYTES = 1 << 16  # of a pointer or a claim
MAX_UPDATE = 10**12
_PATTERNS = {"run_id": r"[0-9a-f]{16}", "manifest_sha256": r"[0-9a-f]{64}", "preset": r"[\w.-]{1,100}"}


@dataclass(frozen=True)
class Pointer:
    """What a pointer names. Keys are made from these checked fields, never read from the object."""

    run_id: str  # 16 hexadecimal digits
    update: int  # PPO updates done
    steps: int  # environment steps learned from
    preset: str  # its name
    manifest_sha256: str  # of checkpoint.json, which holds the checksums of the other files
    successes: int = 0  # of an evaluation; of the best only
    trials: int = 0

    def folder(self, name: str) -> str:
        """Return the key below which the files lie that this pointer, called `name`, is about."""
        what = f"{self.update:06d}-{self.manifest_sha256[:16]}"
        return f"model/best/{what}" if name == BEST else f"{checkpoints_of(self.run_id)}/{what}"

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Pointer:
        """Read a pointer. Raises ValueError saying what is wrong with it."""
        values = read_object(data, dict(cls.__annotations__))
        pointer = cls(**values)
        for name, pattern in _PATTERNS.items():
            if not re.fullmatch(pattern, values[name], re.ASCII):
                raise ValueError(f"{name} is of the wrong form")
        if not (0 <= pointer.update <= MAX_UPDATE and 0 <= pointer.steps <= MAX_UPDATE):
            raise ValueError("update or steps is out of range")
        if not 0 <= pointer.successes <= pointer.trials <= MAX_UPDATE:
            raise ValueError("successes or trials is out of range")
        return pointer


def checkpoints_of(run_id: str) -> str:
    """Return the key below which a run's checkpoints lie."""
    return f"model/checkpoints/{run_id}"


def pointer_key(name: str) -> str:
    return f"model/{name}.json"


def read_object(data: bytes, types: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a JSON object of our format with just these keys. Raises ValueError."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise ValueError(f"not of format {FORMAT}")
    if odd := sorted(set(values) ^ set(types)):
        raise ValueError(f"missing or unknown keys: {', '.join(odd)[:200]}")
    kinds: dict[str, type] = {"int": int, "str": str, "bool": bool, "dict": dict}
    for name, kind in types.items():
        if type(values[name]) is not kinds[str(kind).partition("[")[0]]:
            raise ValueError(f"{name} is of the wrong type")
    return values
