"""checkpoint.json: what a checkpoint is, where the training stood, and the checksums of its files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib import metadata
from typing import Any

import numpy as np

from object_tracker_agent.checkpoints.manifest_checks import check_values, from_format_1

FORMAT = 2
SOFTWARE = ("torch", "stable_baselines3", "gymnasium", "numpy", "safetensors", "redis")
_TYPES: dict[str, type | tuple[type, ...]] = {"int": int, "str": str, "list": list, "dict": dict}


@dataclass(frozen=True)
class RandomStates:
    """The states of the learner's random generators, as plain data."""

    torch: str  # base64 of torch.get_rng_state()
    numpy_key: str  # base64 of MT19937's 624 words, little-endian uint32
    numpy_position: int  # 0 .. 624

    def torch_state(self) -> np.ndarray:
        """Return torch's generator state. Shape: (bytes,), uint8."""
        return np.frombuffer(base64.b64decode(self.torch, validate=True), np.uint8).copy()

    def numpy_state(self) -> tuple[str, np.ndarray, int, int, float]:
        """Return the state in the form numpy.random.set_state takes."""
        key = np.frombuffer(base64.b64decode(self.numpy_key, validate=True), "<u4").astype(np.uint32)
        if key.shape != (624,) or not 0 <= self.numpy_position <= 624:
            raise ValueError("the random state is not one of MT19937")
        return ("MT19937", key, self.numpy_position, 0, 0.0)

    @classmethod
    def from_generators(cls, torch_state: np.ndarray, numpy_state: Any) -> RandomStates:
        """Take torch's state (bytes as uint8) and what numpy.random.get_state() returned."""
        return cls(
            torch=base64.b64encode(torch_state.tobytes()).decode(),
            numpy_key=base64.b64encode(numpy_state[1].astype("<u4").tobytes()).decode(),
            numpy_position=int(numpy_state[2]),
        )


@dataclass(frozen=True)
class FileRecord:
    """Size and checksum of one file of a checkpoint."""

    size: int  # [byte]
    sha256: str  # hexadecimal

    @classmethod
    def of(cls, data: bytes) -> FileRecord:
        return cls(len(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class Manifest:
    """Where the training stood. Holds no time of day: equal trainings write equal checkpoints."""

    update: int  # PPO updates done
    steps: int  # environment steps learned from
    seed: int  # of the run
    preset: dict[str, Any]  # the preset, whole: a checkpoint can be played without its run folder
    account: dict[str, dict[str, int]]  # worker's life -> fragments made, used, dropped by reason (lives.py)
    counters: dict[str, int]  # messages used, and dropped by reason
    episodes: list[dict[str, Any]]  # the last ones' summaries, for the running means
    random: RandomStates
    files: dict[str, FileRecord] = field(default_factory=dict)
    software: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return the manifest as JSON, with a checksum over itself."""
        values = asdict(self)
        values["checksum"] = _checksum(values)
        return json.dumps(values, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read a manifest. Raises ValueError saying what is wrong with it."""
        try:
            values = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise ValueError("not JSON") from error
        if not isinstance(values, dict) or "format" not in values or "checksum" not in values:
            raise ValueError("not a checkpoint's manifest")
        if values["format"] not in (1, FORMAT):
            raise ValueError(f"of format {values['format']!r}, but this version reads format {FORMAT}")
        if values.pop("checksum") != _checksum(values):
            raise ValueError("the checksum does not match")
        if values["format"] == 1:
            values = from_format_1(values)
        names = {item.name: str(item.type) for item in fields(cls)}
        if set(values) != set(names):
            raise ValueError(f"missing or unknown keys: {', '.join(sorted(set(values) ^ set(names)))}")
        for name, kind in names.items():
            expected = _TYPES.get(kind.split("[")[0], dict)
            if not isinstance(values[name], expected) or isinstance(values[name], bool):
                raise ValueError(f"{name} is of the wrong type")
        check_values(values)
        values["random"] = RandomStates(**values["random"])
        values["files"] = {name: FileRecord(**record) for name, record in values["files"].items()}
        return cls(**values)


def _checksum(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def software_versions() -> dict[str, str]:
    """Return the installed versions of the packages a checkpoint depends on, without importing them."""
    return dict(_software_versions())


@cache  # reading them takes longer than the rest of a checkpoint
def _software_versions() -> dict[str, str]:
    found = {}
    for name in SOFTWARE:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
