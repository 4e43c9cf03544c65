"""Executables of ROS packages by name."""

from __future__ import annotations

import os
from pathlib import Path

from object_tracker_agent.errors import UserError


def find_executable(package: str, name: str) -> Path:
    """Return the path of PREFIX/lib/`package`/`name`, as ``ros2 run`` finds it.

    Raises:
        UserError: the package is not installed or not sourced, or has no such executable.
    """
    from ament_index_python.packages import PackageNotFoundError, get_package_prefix

    hint = "build the workspace (colcon build) and source its install/setup.bash"
    try:
        prefix = get_package_prefix(package)
    except (PackageNotFoundError, OSError):  # OSError: AMENT_PREFIX_PATH is not set
        raise UserError(f"ROS package '{package}' is not found: {hint}") from None
    path = Path(prefix) / "lib" / package / name
    if not os.access(path, os.X_OK):
        raise UserError(f"ROS package '{package}' at {prefix} has no executable '{name}': {hint}")
    return path
