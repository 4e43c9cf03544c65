"""Where a ROS package keeps its things."""

from __future__ import annotations

import os
from pathlib import Path

from ament_index_python.packages import get_package_prefix, get_package_share_directory
from launch import _missing
from launch._core import LaunchContext, Substitution, Text, perform

__all__ = ["ExecutableInPackage", "FindPackageShare"]
__getattr__ = _missing.refuse_names_of(__name__)


class FindPackageShare(Substitution):
    """The share folder of a package."""

    def __init__(self, package: Text) -> None:
        self._package = package

    def perform(self, context: LaunchContext) -> str:
        return get_package_share_directory(perform(context, self._package))


class ExecutableInPackage(Substitution):
    """The path of an executable of a package: PREFIX/lib/PACKAGE/EXECUTABLE."""

    def __init__(self, executable: Text, package: Text) -> None:
        self._executable, self._package = executable, package

    def perform(self, context: LaunchContext) -> str:
        package, executable = perform(context, self._package), perform(context, self._executable)
        prefix = get_package_prefix(package)
        folder = Path(prefix, "lib", package)
        if not folder.is_dir():
            where = f"package '{package}' found at '{prefix}', but libexec directory '{folder}'"
            raise RuntimeError(f"{where} does not exist")
        path = folder / executable
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise RuntimeError(f"executable '{executable}' not found on the libexec directory '{folder}' ")
        return str(path)
