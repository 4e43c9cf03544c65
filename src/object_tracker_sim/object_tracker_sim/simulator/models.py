"""Models by their URI, looked up the way Gazebo does, but never on the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from object_tracker_agent.errors import UserError


def parse_xml(path: Path) -> ElementTree.Element:
    """Return the root element of an XML file.

    Raises:
        UserError: it cannot be read, or is not XML; names the file, line and column.
    """
    try:
        return ElementTree.parse(path).getroot()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except ElementTree.ParseError as error:
        raise UserError(f"{path} is not well-formed XML: {error}") from error
    except ValueError as error:
        raise UserError(f"{path} is not an XML text: {error}") from error


def find_model_folder(uri: str, model_path: Sequence[Path], relative_to: Path) -> Path:
    """Return the folder of the model that `uri` names.

    Args:
        uri: ``model://NAME``, ``file://PATH`` or a path.
        model_path: Folders to look for NAME in, in this order.
        relative_to: What a relative path starts from.

    Raises:
        UserError: there is no such model.
    """
    scheme, separator, rest = uri.partition("://")
    if separator and scheme == "model":
        for folder in model_path:
            if (folder / rest).exists():
                return folder / rest
        looked = ", ".join(str(folder) for folder in model_path)
        raise UserError(f"no model '{rest}' in any folder of GAZEBO_MODEL_PATH ({looked})")
    if separator and scheme != "file":
        raise UserError(f"model {uri} would have to be downloaded; put it into a folder of GAZEBO_MODEL_PATH")
    path = relative_to / (rest if separator else uri)
    if not path.exists():
        raise UserError(f"there is no model at {path}")
    return path


def read_model(folder: Path) -> ElementTree.Element:
    """Return the ``<model>`` of a model folder (the newest SDF its model.config lists) or of an SDF file.

    Gazebo keeps lights and actors in such folders too: then it is a ``<light>`` or an ``<actor>``.

    Raises:
        UserError: the folder does not hold a model.
    """
    path = folder
    if folder.is_dir():
        listed = parse_xml(folder / "model.config").findall("sdf")
        if not listed:
            raise UserError(f"{folder / 'model.config'} lists no SDF file")
        newest = max(listed, key=lambda sdf: _version(sdf.get("version", "0")))
        path = folder / (newest.text or "").strip()
    root = parse_xml(path)
    for tag in ("model", "light", "actor"):
        element = root.find(tag)
        if element is not None:
            return element
    raise UserError(f"{path} holds no <model>")


def is_static(element: ElementTree.Element, model: ElementTree.Element | None = None) -> bool:
    """Whether a ``<model>``, or an ``<include>`` of `model`, takes no part in physics."""
    if model is not None and model.tag != "model":
        return True
    text = element.findtext("static")
    if text is None and model is not None:
        text = model.findtext("static")
    return (text or "").strip().lower() in ("1", "true")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in text.split("."))
