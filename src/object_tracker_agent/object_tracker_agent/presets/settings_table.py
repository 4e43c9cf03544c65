"""Settings as tables, for docs/: ``python -m object_tracker_agent.presets.settings_table [PRESET]``.

Without an argument: all settings there are, docs/settings.md. With the name or the path of a preset: what
that one draws at random; docs/tasks.md has that of follow_hard. A test compares both with the files, and says
how to write them anew.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import typing
from collections.abc import Iterator
from typing import Any

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets.files import load_preset
from object_tracker_agent.presets.preset import Preset
from object_tracker_agent.presets.reader import plain
from object_tracker_agent.presets.setting import Setting, settings_of
from object_tracker_agent.presets.settings import Colour, Randomisation, Range

NO_DEFAULT = ("name", "description", "actions")
INTRODUCTION = """\
# Settings of a preset

Every setting there is; defaults are those of the preset `approach`, and hold for whatever a preset leaves
out. What the presets are for, and what else there is to a task of one's own: [tasks.md](tasks.md). A dot
stands for a level of the YAML: `task.follow.share` is `task: {follow: {share: 0.9}}`. `[low, high]` is drawn
evenly at each reset, and a number alone is fixed.
"""
ORIGIN = (
    "Written by `./ws shell -c 'python -m object_tracker_agent.presets.settings_table > docs/settings.md'`."
)


def page() -> str:
    """Return docs/settings.md, without its last line's end."""
    return f"{INTRODUCTION}\n{table()}\n\n{ORIGIN}"


def table() -> str:
    """Return the table in Markdown; defaults are those of `approach`."""
    rows = ["| setting | default | allowed | |", "|---|---|---|---|"]
    for path, kind, value, setting in _settings(load_preset("approach"), ""):
        default = "" if path in NO_DEFAULT else f"`{json.dumps(plain(value))}`"
        rows.append(f"| `{path}` | {default} | {_allowed(kind, setting)} | {setting.doc} |")
    return "\n".join(rows)


def randomisation_table(preset: Preset) -> str:
    """Return what `preset` draws for each episode, and in the last row what it does not, in Markdown."""
    rows = ["| `randomisation` | drawn evenly from | |", "|---|---|---|"]
    left_out = []
    for name, (_, setting) in settings_of(Randomisation).items():
        value = getattr(preset.randomisation, name)
        if value is None:
            left_out.append(f"`{name}`")
        else:
            rows.append(f"| `{name}` | {_drawn(value, setting)} | {setting.doc} |")
    if left_out:
        rows.append(f"| {', '.join(left_out)} | not drawn | |")
    return "\n".join(rows)


def _drawn(value: Range | Colour, setting: Setting) -> str:
    if isinstance(value, Range):
        numbers = f"{value.low:g}" if value.low == value.high else f"{value.low:g} to {value.high:g}"
        return f"{numbers} {setting.unit}".strip()
    parts = {name: _drawn(getattr(value, name), setting) for name in settings_of(Colour)}
    if len(set(parts.values())) == 1:
        return f"{parts['red']}, each of red, green, blue"
    return ", ".join(f"{name} {part}" for name, part in parts.items())


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
    try:
        print(randomisation_table(load_preset(sys.argv[1])) if sys.argv[1:] else page())
    except UserError as error:
        sys.exit(str(error))
