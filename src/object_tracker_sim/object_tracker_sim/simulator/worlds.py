"""Where worlds are, and which one a name means."""

from __future__ import annotations

import difflib
from pathlib import Path

from ament_index_python.packages import get_package_share_directory

from object_tracker_agent.errors import UserError


def share_folder() -> Path:
    """Return the folder with this package's worlds, models and Gazebo's environment."""
    return Path(get_package_share_directory("object_tracker_sim"))


def world_names() -> list[str]:
    """Return the names of the worlds that come with the workspace."""
    return sorted(path.stem for path in (share_folder() / "worlds").glob("*.world"))


def resolve_world(name_or_path: str) -> Path:
    """Return the world file that `name_or_path` means.

    A name is one of `world_names()`; anything with a slash or a suffix is the path of a file.

    Raises:
        UserError: there is no such world; names the known ones and the nearest.
    """
    text = str(name_or_path)
    if not text:
        raise UserError(f"the world's name is empty; known worlds: {', '.join(world_names())}")
    if "/" in text or Path(text).suffix:
        path = Path(text).expanduser().absolute()
        if path.is_file():
            return path
        reason = "is a folder" if path.is_dir() else "does not exist"
        raise UserError(f"world file {path} {reason}; known worlds: {', '.join(world_names())}")
    path = share_folder() / "worlds" / f"{text}.world"
    if path.is_file():
        return path
    known = world_names()
    near = difflib.get_close_matches(text, known, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise UserError(f"unknown world '{text}'; known worlds: {', '.join(known)}, or the path of a file{hint}")
