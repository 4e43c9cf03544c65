"""Named arrays as safetensors bytes, checked on the way in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

Arrays = dict[str, np.ndarray]
Shapes = Mapping[str, tuple[tuple[int, ...], np.dtype]]


def to_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return `arrays` in the safetensors format; the same arrays give the same bytes."""
    return save({name: np.asarray(arrays[name], order="C") for name in sorted(arrays)})


def from_bytes(data: bytes) -> Arrays:
    """Read safetensors bytes. Raises ValueError saying what is wrong with them."""
    try:
        return load(data)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise ValueError(f"not safetensors data ({error})") from error


def shapes_of(arrays: Mapping[str, np.ndarray]) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """Return the shape and dtype of each array."""
    return {name: (array.shape, array.dtype) for name, array in arrays.items()}


def check_shapes(arrays: Mapping[str, np.ndarray], expected: Shapes) -> None:
    """Raise ValueError unless `arrays` has exactly the `expected` names, shapes and dtypes, all finite."""
    if missing := sorted(set(expected) - set(arrays)):
        raise ValueError(f"{missing[0]} is missing")
    if odd := sorted(set(arrays) - set(expected)):
        raise ValueError(f"{odd[0]} does not belong to this network")
    for name, (shape, dtype) in expected.items():
        array = arrays[name]
        if array.shape != shape or array.dtype != dtype:
            raise ValueError(f"{name} is {array.dtype}{list(array.shape)}, but must be {dtype}{list(shape)}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds values that are not finite")
