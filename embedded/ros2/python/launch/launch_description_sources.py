"""Where an included launch description comes from."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader

from launch import _missing
from launch._core import LaunchContext, LaunchDescription, Text, perform

__all__ = ["PythonLaunchDescriptionSource"]
__getattr__ = _missing.refuse_names_of(__name__)


class PythonLaunchDescriptionSource:
    """A Python file with a function ``generate_launch_description()``."""

    def __init__(self, launch_file_path: Text) -> None:
        self._path = launch_file_path

    def get_launch_description(self, context: LaunchContext) -> LaunchDescription:
        """Load the file and return its description."""
        path = perform(context, self._path)
        loader = SourceFileLoader("python_launch_file", path)
        spec = importlib.util.spec_from_loader(loader.name, loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        if not hasattr(module, "generate_launch_description"):
            raise RuntimeError(f"launch file '{path}' has no function 'generate_launch_description'")
        return module.generate_launch_description()
