"""Plain data (as YAML gives it) to preset dataclasses and back, refusing whatever is not exactly right."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from object_tracker_agent.errors import UserError
from object_tracker_agent.nearest import did_you_mean
from object_tracker_agent.presets.setting import Setting, settings_of
from object_tracker_agent.presets.settings import Range

T = TypeVar("T")


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
    fields = settings_of(cls)
    for key in data:
        if key not in fields:
            path = _join(where, key if isinstance(key, str) and key.isprintable() else repr(key))
            raise UserError(
                f"{source}: {path}: unknown key{did_you_mean(str(key), fields)} (allowed: {_names(cls)})"
            )
    optional = {field.name for field in dataclasses.fields(cls) if _has_default(field)}  # type: ignore[arg-type]
    values = {}
    for name, (kind, setting) in fields.items():
        path = _join(where, name)
        if name in data:
            values[name] = _value(kind, data[name], setting, path, source)
        elif name not in optional:
            raise UserError(f"{source}: {path}: missing ({setting.doc})")
    return cls(**values)


def plain(value: Any) -> Any:
    """Return `value`, a preset or a part of one, as dicts, lists, strings and numbers; `read` inverts it."""
    if dataclasses.is_dataclass(value):
        items = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return list(items.values()) if getattr(value, "in_yaml_a_list", False) else items
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def _value(kind: Any, data: Any, setting: Setting, path: str, source: str) -> Any:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):  # X | None
        kind = _option(typing.get_args(kind), data)
        if kind is type(None):
            return None
    if typing.get_origin(kind) is tuple:
        return _tuple(typing.get_args(kind)[0], data, path, source)
    if kind is Range:
        return _range(data, setting, path, source)
    if getattr(kind, "in_yaml_a_list", False):
        names = list(settings_of(kind))
        if not isinstance(data, list) or len(data) != len(names):
            raise _error(source, path, data, f"must be [{', '.join(names)}]")
        return read(kind, dict(zip(names, data, strict=True)), path, source)
    if dataclasses.is_dataclass(kind):
        if isinstance(data, str) and (name := getattr(kind, "in_yaml_also_by", "")):
            data = {name: data}
        return read(typing.cast(type, kind), data, path, source)
    return _scalar(kind, data, setting, path, source)


def _option(options: tuple[Any, ...], data: Any) -> Any:
    """Return which of the types of a union is meant: by nothing, a table, or else what may be a list."""
    if data is None and type(None) in options:
        return type(None)
    options = tuple(option for option in options if option is not type(None))
    tables = [option for option in options if dataclasses.is_dataclass(option)]
    return tables[0] if tables and (isinstance(data, Mapping) or len(options) == 1) else options[0]


def _tuple(kind: Any, data: Any, path: str, source: str) -> tuple[Any, ...]:
    if not isinstance(data, list) or not data:
        raise _error(source, path, data, "must be a list of one entry or more")
    return tuple(
        _value(kind, item, Setting(""), f"{path}[{index}]", source) for index, item in enumerate(data)
    )


def _range(data: Any, setting: Setting, path: str, source: str) -> Range:
    ends = data if isinstance(data, list) else [data, data]
    if len(ends) != 2:
        raise _error(source, path, data, "must be one number or [low, high]")
    low, high = (_scalar(float, end, setting, path, source) for end in ends)
    if low > high:
        raise _error(source, path, data, "must be [low, high] with low <= high")
    return Range(low, high)


def _scalar(kind: Any, data: Any, setting: Setting, path: str, source: str) -> Any:
    if kind is bool:
        if not isinstance(data, bool):
            raise _error(source, path, data, "must be true or false")
        return data
    if kind is str:
        if not isinstance(data, str):
            raise _error(source, path, data, "must be text")
        if setting.choices and data not in setting.choices:
            raise _error(
                source, path, data, f"must be {setting.allowed()}{did_you_mean(data, setting.choices)}"
            )
        return data
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise _error(source, path, data, f"must be {_kind_name(kind)}, {setting.allowed()}")
    if kind is int and isinstance(data, float) and not data.is_integer():  # 1e5 is a whole number, too
        raise _error(source, path, data, f"must be a whole number, {setting.allowed()}")
    value = kind(data)
    if not setting.allows(value):
        raise _error(source, path, data, f"must be {setting.allowed()}")
    return value


def _kind_name(kind: type) -> str:
    return "a whole number" if kind is int else "a number"


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _names(cls: type) -> str:
    return ", ".join(settings_of(cls))


def _error(source: str, path: str, data: Any, demand: str) -> UserError:
    shown = repr(data)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return UserError(f"{source}: {path}: {demand}, not {shown}".replace("\n", " "))
