"""Fragments to bytes and back: compressed msgpack of plain numbers and arrays of sizes known beforehand."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from typing import Any

import msgpack
import numpy as np

from object_tracker_agent.training.compression import CompressionError, compress, decompress
from object_tracker_agent.training.fragment import (
    MAX_SEQUENCE,
    Episode,
    Fragment,
    FragmentError,
    FragmentLayout,
)
from object_tracker_agent.training.names import RUN_ID, WORKER_NAME

FORMAT = 3  # of all that trainer and workers send: a worker of another version must not join
_EPISODE_TYPES = {"reward": float, "length": int, "success": bool, "distance": float, "interrupted": bool}
_COUNTS = ("incarnation", "sequence", "arena", "policy_version")


def encode(fragment: Fragment, layout: FragmentLayout) -> bytes:
    """Return the message of a fragment that passes `Fragment.check`."""
    return compress(pack(fragment, layout))


def pack(fragment: Fragment, layout: FragmentLayout) -> bytes:
    """Return the message before it is compressed."""
    message: dict[str, Any] = {"format": FORMAT}
    for field in fields(Fragment):
        value = getattr(fragment, field.name)
        if field.name in layout.arrays:
            value = np.asarray(value, layout.arrays[field.name][1], order="C").tobytes()
        elif field.name == "episodes":
            value = [asdict(episode) for episode in value]
        message[field.name] = value
    data: bytes = msgpack.packb(message)
    return data


def decode(data: bytes, layout: FragmentLayout) -> Fragment:
    """Read a message from anybody. Raises FragmentError unless it is a whole, sound fragment of `layout`."""
    try:
        return unpack(decompress(data, layout.max_bytes), layout)
    except CompressionError as error:
        raise FragmentError(str(error)) from error


def unpack(data: bytes, layout: FragmentLayout) -> Fragment:
    """Read a message that is decompressed and no larger than `layout.max_bytes`. Raises FragmentError."""
    try:
        message = msgpack.unpackb(data, raw=False, strict_map_key=True)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise FragmentError(f"not msgpack ({type(error).__name__})") from error
    if not isinstance(message, dict) or message.pop("format", None) != FORMAT:
        raise FragmentError(f"not a fragment of format {FORMAT}")
    names = {field.name for field in fields(Fragment)}
    if set(message) != names:
        odd = sorted(map(str, set(message) ^ names))
        raise FragmentError("missing or unknown keys: " + ", ".join(odd)[:100])
    for name, pattern in (("run_id", RUN_ID), ("worker", WORKER_NAME)):
        if not isinstance(message[name], str) or not pattern.fullmatch(message[name]):
            raise FragmentError(f"{name} is not a name")
    for name in _COUNTS:
        if type(message[name]) is not int or not 0 <= message[name] <= MAX_SEQUENCE:
            raise FragmentError(f"{name} is not a count")
    if type(message["last_value"]) is not float:
        raise FragmentError("last_value is not a number")
    for name, (shape, dtype) in layout.arrays.items():
        message[name] = _array(name, message[name], shape, dtype)
    message["episodes"] = _episodes(message["episodes"], layout)
    fragment = Fragment(**message)
    fragment.check(layout)
    return fragment


def _array(name: str, data: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    size = math.prod(shape) * dtype.itemsize
    if not isinstance(data, bytes) or len(data) != size:
        raise FragmentError(f"{name} is not of {size} bytes")
    if dtype == np.bool_ and max(data) > 1:
        raise FragmentError(f"{name} holds other than true and false")
    return np.frombuffer(data, dtype).reshape(shape)


def _episodes(values: Any, layout: FragmentLayout) -> tuple[Episode, ...]:
    if not isinstance(values, list) or len(values) > layout.steps:
        raise FragmentError("episodes are not a list of at most one per step")
    for value in values:
        if not isinstance(value, dict) or set(value) != set(_EPISODE_TYPES):
            raise FragmentError("an episode's summary has missing or unknown keys")
        for name, kind in _EPISODE_TYPES.items():
            if type(value[name]) is not kind or (kind is float and not math.isfinite(value[name])):
                raise FragmentError(f"{name} of an episode is not a finite {kind.__name__}")
        if not 0 < value["length"] <= MAX_SEQUENCE:
            raise FragmentError("length of an episode is not positive")
    return tuple(Episode(**value) for value in values)
