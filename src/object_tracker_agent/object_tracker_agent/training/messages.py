"""What the trainer publishes: the training itself, each policy, and where it stands."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import msgpack

from object_tracker_agent.checkpoints.tensors import Arrays, from_bytes, to_bytes
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset
from object_tracker_agent.training.fragment_codec import FORMAT
from object_tracker_agent.training.names import RUN_ID

MAX_RUN_BYTES = 1 << 20
MAX_POLICY_BYTES = 1 << 30
STATUSES = ("running", "stopped", "finished")
_LARGEST = 2**53  # of any number here: exact in every language that may read it
_WHOLE_NUMBER = re.compile(rb"-?[0-9]{1,16}")
_RANGES = {"seed": (0, 2**31 - 1), "total_steps": (1, 10**12), "max_policy_lag": (0, 1000), "arenas": (1, 16)}


class MessageError(UserError):
    """A message in Redis that cannot be used."""


@dataclass(frozen=True)
class RunMessage:
    """What a rollout worker must know of the training; with the policy it needs nothing else."""

    run_id: str
    seed: int
    total_steps: int
    preset: dict[str, Any]
    max_policy_lag: int  # [updates], the run's: it wins over the preset's
    world: str = "empty"  # name of the world, or the path of a file on the trainer's machine
    arenas: int = 1  # per simulation, 1 .. 16, unless a worker's launch says otherwise
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> RunMessage:
        """Read the message. Raises MessageError: not one, or from another version."""
        try:
            if len(data) > MAX_RUN_BYTES:
                raise ValueError
            values = json.loads(data)
            if set(values) != {field.name for field in fields(cls)} or values["format"] != FORMAT:
                raise ValueError
            message = cls(**values)
            if not isinstance(message.preset, dict) or not RUN_ID.fullmatch(message.run_id):
                raise ValueError
            for name, (low, high) in _RANGES.items():
                if type(values[name]) is not int or not low <= values[name] <= high:
                    raise ValueError
            if not isinstance(message.world, str) or not 0 < len(message.world) <= 4096:
                raise ValueError
            if not message.world.isprintable():
                raise ValueError
        except (ValueError, TypeError, RecursionError) as error:
            raise MessageError(
                f"the training in this Redis was not started by this version (format {FORMAT}); "
                "use the same version on both sides"
            ) from error
        return message

    def load_preset(self) -> Preset:
        return Preset.from_dict(self.preset, "preset of the training")


@dataclass(frozen=True)
class PolicyMessage:
    """The weights of one policy version."""

    run_id: str
    version: int  # updates done
    weights: Arrays

    def to_bytes(self) -> bytes:
        weights = to_bytes(self.weights)
        head = {"run_id": self.run_id, "version": self.version, "sha256": hashlib.sha256(weights).digest()}
        data: bytes = msgpack.packb({**head, "weights": weights})
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> PolicyMessage:
        """Read the message. Raises MessageError: damaged. The weights' shapes are the network's to check."""
        try:
            if len(data) > MAX_POLICY_BYTES:
                raise ValueError("too large")
            values = msgpack.unpackb(data, raw=False, strict_map_key=True)
            if not isinstance(values, dict) or set(values) != {"run_id", "version", "sha256", "weights"}:
                raise ValueError("missing or unknown keys")
            weights = values["weights"]
            if not isinstance(weights, bytes) or hashlib.sha256(weights).digest() != values["sha256"]:
                raise ValueError("the checksum does not match")
            version, run_id = values["version"], values["run_id"]
            if type(version) is not int or not 0 <= version <= _LARGEST:
                raise ValueError("version is not a count")
            if not isinstance(run_id, str) or not RUN_ID.fullmatch(run_id):
                raise ValueError("run_id is not one")
            return cls(run_id, version, from_bytes(weights))
        except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
            raise MessageError(f"the policy in Redis is damaged: {error}") from error


@dataclass(frozen=True)
class State:
    """Where the trainer stands: all that a worker needs in order to decide whether to start a round."""

    status: str  # running, stopped, finished
    version: int  # of the published policy
    training: bool  # an update is being computed from fragments already taken
    held: int  # stream entries that no later update will use: taken, or dropped, and not yet removed

    def to_hash(self) -> dict[str, str | int]:
        return {**asdict(self), "training": int(self.training)}

    @classmethod
    def from_hash(cls, values: Mapping[bytes, bytes]) -> State:
        """Read it from Redis. Raises MessageError."""
        try:
            numbers = {name: read_number(values[name.encode()]) for name in ("version", "training", "held")}
            status = values[b"status"].decode()
            if status not in STATUSES or numbers["version"] < 0 or numbers["training"] not in (0, 1):
                raise ValueError
        except (KeyError, ValueError, MessageError) as error:
            raise MessageError("the state of the training in Redis is damaged") from error
        return cls(status, numbers["version"], bool(numbers["training"]), numbers["held"])


def read_bounded(client: Any, key: str, most: int) -> bytes | None:
    """Return the string at a key of Redis, None if there is none.

    Of one that is larger than `most` bytes only so much is fetched that its reader sees that.
    """
    data: bytes = client.getrange(key, 0, most)
    return data or None


def read_number(data: bytes) -> int:
    """Read a whole number of a hash in Redis. Raises MessageError: it is none, or beyond 2^53."""
    if not _WHOLE_NUMBER.fullmatch(data) or abs(number := int(data)) > _LARGEST:
        raise MessageError("a number in Redis is damaged")
    return number
