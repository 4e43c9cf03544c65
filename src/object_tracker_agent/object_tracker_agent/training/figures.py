"""What trainer and workers say of themselves in Redis for `status` to show; nothing depends on it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from object_tracker_agent.training.messages import MessageError

MAX_BYTES = 16 << 10  # of one message
LONGEST_TEXT = 255
_LARGEST = 2**53
_REASONS = 50
F = TypeVar("F", bound="_Figures")


class _Figures:
    """Numbers and short texts as JSON; whoever reads them checks each."""

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()  # type: ignore[call-overload]  # the subclasses are dataclasses

    @classmethod
    def from_bytes(cls: type[F], data: bytes) -> F:
        """Read the message. Raises MessageError: not one, or from another version."""
        try:
            if len(data) > MAX_BYTES:
                raise ValueError
            values = json.loads(data)
            kinds = {item.name: str(item.type) for item in fields(cls)}  # type: ignore[arg-type]
            if not isinstance(values, dict) or set(values) != set(kinds):
                raise ValueError
            if not all(_is_sound(values[name], kind) for name, kind in kinds.items()):
                raise ValueError
        except (ValueError, RecursionError) as error:
            raise MessageError(f"{cls.__doc__} are damaged in this Redis, or of another version") from error
        return cls(**values)


def _is_sound(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("| None")
    if kind.startswith("str"):
        return isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()
    if kind.startswith("dict"):
        counts = isinstance(value, dict) and len(value) <= _REASONS
        return counts and all(_is_sound(name, "str") and _is_sound(n, "int") for name, n in value.items())
    if kind.startswith("int"):
        return type(value) is int and 0 <= value <= _LARGEST
    return type(value) in (int, float) and math.isfinite(value)


@dataclass(frozen=True)
class TrainerFigures(_Figures):
    """The trainer's figures"""

    update: int  # done
    steps: int  # environment steps learned from
    counters: dict[str, int] = field(default_factory=dict)  # fragments by fate, see intake
    checkpoint_age: float = 0.0  # [s] of the newest, that of `update`, when this was written
    steps_per_second: float | None = None  # between the last two updates; None before the first
    policy_lag: float | None = None  # [updates] mean of the last update's fragments
    reward: float | None = None  # means over the last 100 episodes
    success: float | None = None  # 0 .. 1


@dataclass(frozen=True)
class WorkerFigures(_Figures):
    """A worker's figures"""

    incarnation: int  # which life they are of
    version: int  # of the policy that its last round was played with
    arenas: int
    fragments: int  # sent in this life
    steps_per_second: float  # of all arenas together, over its last round and the wait before it
    host: str  # the machine's name
