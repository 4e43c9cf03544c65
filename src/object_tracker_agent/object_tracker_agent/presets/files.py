"""Presets by name (installed with this package) or from a YAML file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from object_tracker_agent.errors import UserError
from object_tracker_agent.nearest import did_you_mean
from object_tracker_agent.presets.preset import Preset

SUFFIXES = (".yaml", ".yml")


def preset_names() -> list[str]:
    """Return the names of the presets that come with this package, in alphabetical order."""
    folder = resources.files("object_tracker_agent.presets")
    return sorted(file.name[: -len(".yaml")] for file in folder.iterdir() if file.name.endswith(".yaml"))


def load_preset(name_or_path: str | Path) -> Preset:
    """Return a preset, checked.

    Args:
        name_or_path: a name of `preset_names`, the path of a file that ends in .yaml or .yml, or such a
            file's address in S3, s3://bucket/prefix/presets/NAME.yaml.

    Raises:
        UserError: there is no such preset, or its file is not right; says where and what is allowed.
    """
    text = str(name_or_path)
    if text.startswith("s3:"):
        from object_tracker_agent.storage.presets import read_preset  # boto3 only when it is needed

        return Preset.from_yaml(read_preset(text), text)
    if text.endswith(SUFFIXES) or "/" in text:
        return _load_file(Path(text))
    known = preset_names()
    if text not in known:
        raise UserError(
            f"no preset '{text}'{did_you_mean(text, known)} (presets: {', '.join(known)};"
            " a file of your own by its path, ending in .yaml)"
        )
    content = resources.files("object_tracker_agent.presets").joinpath(f"{text}.yaml")
    return Preset.from_yaml(content.read_text(encoding="utf-8"), f"preset '{text}'")


def _load_file(path: Path) -> Preset:
    if path.suffix not in SUFFIXES:
        names = ", ".join(preset_names())
        raise UserError(f"{path}: a preset's file ends in .yaml (presets by name: {names})")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise UserError(f"{path}: cannot read the preset: {reason}") from None
    return Preset.from_yaml(text, str(path))
