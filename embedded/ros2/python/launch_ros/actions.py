"""ROS nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from launch import _missing
from launch._core import LaunchContext, Substitution, Text, perform
from launch._process import ExecuteProcess
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import ExecutableInPackage

__all__ = ["Node"]
__getattr__ = _missing.refuse_names_of(__name__)


class Node(ExecuteProcess):
    """Start an executable of a package as ``EXE arguments --ros-args -r __node:=NAME …``."""

    def __init__(
        self,
        *,
        package: Text,
        executable: Text,
        name: Text | None = None,
        namespace: Text | None = None,
        exec_name: Text | None = None,
        parameters: Iterable[Mapping[str, Any]] = (),
        remappings: Iterable[tuple[Text, Text]] = (),
        ros_arguments: Iterable[Text] | None = None,
        arguments: Iterable[Text] | None = None,
        **options: Any,
    ) -> None:
        command: list[Text] = [
            ExecutableInPackage(executable=executable, package=package),
            *(arguments or ()),
        ]
        ros_arguments = list(ros_arguments or ())
        super().__init__(
            cmd=command + (["--ros-args", *ros_arguments] if ros_arguments else []),
            name=executable if exec_name is None else exec_name,
            **options,
        )
        self._node_name, self._namespace = name, namespace
        self._remappings, self._parameters = list(remappings), list(parameters)

    def execute(self, context: LaunchContext) -> None:
        self.cmd.append("--ros-args")
        if self._node_name is not None:
            self.cmd += ["-r", ["__node:=", self._node_name]]
        if self._namespace is not None:
            self.cmd += ["-r", "__ns:=/" + perform(context, self._namespace).strip("/")]
        for group in self._parameters:
            for name, value in group.items():
                # The real one writes a file for them, and leaves it behind.
                self.cmd += ["-p", f"{name}:={_as_yaml(value, context)}"]
        for source, target in self._remappings:
            self.cmd += ["-r", [source, ":=", target]]
        super().execute(context)


def _as_yaml(value: Any, context: LaunchContext) -> str:
    """Return a parameter's value on one line; a substitution's text is read as YAML, a plain text is kept."""
    if isinstance(value, Substitution):
        value = ParameterValue(value)
    if isinstance(value, ParameterValue):
        value = value.evaluate(context)
    style = '"' if isinstance(value, str) else None
    return yaml.safe_dump(value, default_flow_style=True, default_style=style, width=2**30).split("\n")[0]
