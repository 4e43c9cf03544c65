"""Every setting of a preset as a table: ``python -m object_tracker_agent.presets.settings_table``."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Iterator
from typing import Any

from object_tracker_agent.presets.files import load_preset
from object_tracker_agent.presets.reader import plain
from object_tracker_agent.presets.setting import Setting, settings_of
from object_tracker_agent.presets.settings import Range

NO_DEFAULT = ("name", "description", "actions")


def table() -> str:
    """Return the table in Markdown; defaults are those of `approach`."""
    rows = ["| setting | default | allowed | |", "|---|---|---|---|"]
    for path, kind, value, setting in _settings(load_preset("approach"), ""):
        default = "" if path in NO_DEFAULT else f"`{json.dumps(plain(value))}`"
        rows.append(f"| `{path}` | {default} | {_allowed(kind, setting)} | {setting.doc} |")
    return "\n".join(rows)


def _settings(part: Any, where: str) -> Iterator[tuple[str, Any, Any, Setting]]:
    """Walk through a preset; a part of it that is left out (null) is not walked into."""
    for name, (kind, setting) in settings_of(type(part)).items():
        path, value = f"{where}{name}", getattr(part, name)
        if dataclasses.is_dataclass(value) and not isinstance(value, Range):
            yield from _settings(value, f"{path}.")
        else:
            yield path, kind, value, setting


def _allowed(kind: Any, setting: Setting) -> str:
    options = typing.get_args(kind) if typing.get_origin(kind) is not tuple else (kind,)
    options = options or (kind,)
    words = [_kind(option, setting) for option in options]
    return " or ".join(word for word in words if word)


def _kind(kind: Any, setting: Setting) -> str:
    if kind is type(None):
        return "null"
    if kind is bool:
        return "true, false"
    if kind is Range:
        return f"[low, high] or a number, {setting.allowed()}"
    if kind is str:
        return setting.allowed() if setting.choices else "text"
    if typing.get_origin(kind) is tuple:
        part = typing.get_args(kind)[0]
        names = ", ".join(settings_of(part))
        listed = getattr(part, "in_yaml_a_list", False)
        return f"a list of [{names}]" if listed else f"a list of {{{names}}}"
    if dataclasses.is_dataclass(kind):
        return f"{{{', '.join(settings_of(typing.cast(type, kind)))}}}"
    return setting.allowed()


if __name__ == "__main__":
    print(table())
