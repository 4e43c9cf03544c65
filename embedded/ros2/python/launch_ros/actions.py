"""ROS nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from launch import _missing
from launch._core import Text
from launch._process import ExecuteProcess
from launch_ros.substitutions import ExecutableInPackage

__all__ = ["Node"]
__getattr__ = _missing.refuse_names_of(__name__)


class Node(ExecuteProcess):
    """Start an executable of a package as ``EXE arguments [--ros-args …] --ros-args [-r __node:=NAME]``."""

    def __init__(
        self,
        *,
        package: Text,
        executable: Text,
        name: Text | None = None,
        exec_name: Text | None = None,
        arguments: Iterable[Text] | None = None,
        ros_arguments: Iterable[Text] | None = None,
        **options: Any,
    ) -> None:
        ros = [] if ros_arguments is None else ["--ros-args", *ros_arguments]
        named = [] if name is None else ["-r", ["__node:=", name]]
        super().__init__(
            cmd=[ExecutableInPackage(executable, package), *(arguments or ()), *ros, "--ros-args", *named],
            name=executable if exec_name is None else exec_name,
            **options,
        )
