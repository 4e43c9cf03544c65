"""Whatever this stand-in does not have is refused by name, and never half done."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

NEEDS_REAL = (
    "is not in the embedded stand-in for `ros2 launch`: it needs the real package of a ROS 2 distribution"
)


def refuse_names_of(module: str) -> Callable[[str], Any]:
    """Return a module's ``__getattr__``: importing any name that is not there says what it would need."""

    def missing(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        try:
            return importlib.import_module(f"{module}.{name}")
        except ModuleNotFoundError:
            raise ImportError(f"{module}.{name} {NEEDS_REAL}") from None

    return missing


def refuse_options(where: str, options: dict[str, Any]) -> None:
    """Raise TypeError if any keyword argument is left over."""
    if options:
        raise TypeError(f"{where}({', '.join(sorted(options))}=…) {NEEDS_REAL}")


class _RefuseSubmodules:
    """Last finder on the path: asked only for submodules that no other finder has found."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name.startswith(("launch.", "launch_ros.")):
            raise ModuleNotFoundError(f"{name} {NEEDS_REAL}", name=name)


sys.meta_path.append(_RefuseSubmodules)
