"""Plain data (as YAML gives it) to preset dataclasses and back, refusing whatever is not exactly right."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets.setting import Limits, limits_of
from object_tracker_agent.presets.settings import Range

T = TypeVar("T")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word closest to `word`, or nothing."""
    matches = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean '{matches[0]}'?" if matches else ""


def read(cls: type[T], data: Any, where: str, source: str) -> T:
    """Make a `cls` from a mapping.

    Args:
        cls: one of the dataclasses of `presets.settings`.
        data: what YAML gave.
        where: path of `data` within the preset, such as ``task.start``; empty at the top.
        source: the preset's file or name, for messages.

    Raises:
        UserError: an unknown or missing key, or a value of the wrong type or out of range; names the key's
            path, the value and what is allowed.
    """
    if not isinstance(data, Mapping):
        raise _error(source, where or "the file", data, f"must be a table of {_names(cls)}")
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for key in data:
        if key not in fields:
            path = _join(where, str(key))
            raise UserError(
                f"{source}: {path}: unknown key{nearest(str(key), fields)} (allowed: {_names(cls)})"
            )
    types_ = typing.get_type_hints(cls)
    values = {}
    for name, field in fields.items():
        path = _join(where, name)
        if name in data:
            values[name] = _value(types_[name], data[name], limits_of(field), path, source)
        elif field.default is dataclasses.MISSING:
            raise UserError(f"{source}: {path}: missing ({limits_of(field).doc})")
    return cls(**values)


def plain(value: Any) -> Any:
    """Return `value`, a preset or a part of one, as dicts, lists, strings and numbers; `read` inverts it."""
    if dataclasses.is_dataclass(value):
        items = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return list(items.values()) if getattr(value, "in_yaml_a_list", False) else items
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def _value(kind: Any, data: Any, limits: Limits, path: str, source: str) -> Any:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):  # X | None
        if data is None:
            return None
        (kind,) = (option for option in typing.get_args(kind) if option is not type(None))
    if typing.get_origin(kind) is tuple:
        return _tuple(typing.get_args(kind)[0], data, path, source)
    if kind is Range:
        return _range(data, limits, path, source)
    if getattr(kind, "in_yaml_a_list", False):
        names = [field.name for field in dataclasses.fields(kind)]
        if not isinstance(data, list) or len(data) != len(names):
            raise _error(source, path, data, f"must be [{', '.join(names)}]")
        return read(kind, dict(zip(names, data)), path, source)
    if dataclasses.is_dataclass(kind):
        return read(typing.cast(type, kind), data, path, source)
    return _scalar(kind, data, limits, path, source)


def _tuple(kind: Any, data: Any, path: str, source: str) -> tuple[Any, ...]:
    if not isinstance(data, list) or not data:
        raise _error(source, path, data, "must be a list of one entry or more")
    return tuple(
        _value(kind, item, Limits(doc=""), f"{path}[{index}]", source) for index, item in enumerate(data)
    )


def _range(data: Any, limits: Limits, path: str, source: str) -> Range:
    ends = data if isinstance(data, list) else [data, data]
    if len(ends) != 2:
        raise _error(source, path, data, "must be one number or [low, high]")
    low, high = (_scalar(float, end, limits, path, source) for end in ends)
    if low > high:
        raise _error(source, path, data, "must be [low, high] with low <= high")
    return Range(low, high)


def _scalar(kind: Any, data: Any, limits: Limits, path: str, source: str) -> Any:
    if kind is bool:
        if not isinstance(data, bool):
            raise _error(source, path, data, "must be true or false")
        return data
    if kind is str:
        if not isinstance(data, str):
            raise _error(source, path, data, "must be text")
        if limits.choices and data not in limits.choices:
            raise _error(source, path, data, f"must be {limits.text()}{nearest(data, limits.choices)}")
        return data
    number = isinstance(data, (int, float)) and not isinstance(data, bool)
    if kind is int:
        if not number or data != data or data in (float("inf"), float("-inf")) or int(data) != data:
            raise _error(source, path, data, f"must be a whole number, {limits.text()}")
    elif not number:
        raise _error(source, path, data, f"must be a number, {limits.text()}")
    value = kind(data)
    if limits.choices:
        if value not in limits.choices:
            raise _error(source, path, data, f"must be {limits.text()}")
    elif not limits.allows(value):
        raise _error(source, path, data, f"must be {limits.text()}")
    return value


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _names(cls: type) -> str:
    return ", ".join(field.name for field in dataclasses.fields(cls))


def _error(source: str, path: str, data: Any, demand: str) -> UserError:
    shown = repr(data)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return UserError(f"{source}: {path}: {demand}, not {shown}".replace("\n", " "))
