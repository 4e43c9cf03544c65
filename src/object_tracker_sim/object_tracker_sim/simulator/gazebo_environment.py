"""The environment of Gazebo's programs, and of nothing else: its libraries would break other programs."""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from object_tracker_sim.simulator.types import StartError
from object_tracker_sim.simulator.worlds import share_folder


class GazeboEnvironment:
    """Where Gazebo is, as found when the workspace was built."""

    def __init__(self, base: Mapping[str, str] | None = None) -> None:
        """Read it.

        Args:
            base: The user's environment, of which GAZEBO_MODEL_PATH, GAZEBO_RESOURCE_PATH and
                GAZEBO_PLUGIN_PATH are honoured; default: this process's.

        Raises:
            SimulatorError: the workspace is not built.
        """
        self._base = dict(os.environ if base is None else base)
        path = share_folder() / "gazebo_environment.json"
        try:
            found: dict[str, Any] = json.loads(path.read_text())
            self._found: dict[str, str] = found["variables"]
            self.programs: dict[str, str] = found["programs"]
        except (OSError, ValueError, KeyError) as error:
            raise StartError(f"cannot read {path}; build the workspace again") from error

    def model_path(self, world: Path | None = None) -> list[Path]:
        """Return the folders in which models are looked up: ours, the world's own, the user's, Gazebo's."""
        beside = [world.parent, world.parent / "models", world.parent.parent / "models"] if world else []
        return [share_folder() / "models", *beside, *self._paths("GAZEBO_MODEL_PATH")]

    def variables(
        self, folder: Path, display: str = "", world: Path | None = None, master_port: int | None = None
    ) -> dict[str, str]:
        """Return the whole environment of one of Gazebo's programs.

        Args:
            folder: A private folder for whatever it writes.
            display: X display, for programs that draw.
            world: World file it will load, whose folder may hold models.
            master_port: Port of Gazebo's master on loopback; default: a free one.
        """
        port = free_port() if master_port is None else master_port
        resources = [*([world.parent] if world else []), *self._paths("GAZEBO_RESOURCE_PATH")]
        return {
            **self._base,
            **self._found,
            "GAZEBO_MODEL_PATH": _join(self.model_path(world)),
            "GAZEBO_RESOURCE_PATH": _join(resources),
            "GAZEBO_PLUGIN_PATH": _join(self._paths("GAZEBO_PLUGIN_PATH")),
            "GAZEBO_MODEL_DATABASE_URI": "",  # never to the network
            "GAZEBO_MASTER_URI": f"http://127.0.0.1:{port}",
            "GAZEBO_IP": "127.0.0.1",
            "IGN_IP": "127.0.0.1",
            "IGN_PARTITION": f"object_tracker_{uuid.uuid4().hex}",
            "DISPLAY": display,
            # Software rendering in the calling thread: the fastest here, and the same pixels everywhere.
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "GALLIUM_DRIVER": "llvmpipe",
            "LP_NUM_THREADS": "0",
            "MESA_GLSL_CACHE_DISABLE": "true",
            "ALSOFT_DRIVERS": "null",  # no sound
            # All it writes (.gazebo, logs, OGRE's shader cache) stays in the private folder.
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder),
            "TMPDIR": str(folder),
            "TMP": str(folder),
            "TEMP": str(folder),
        }

    def _paths(self, name: str) -> list[Path]:
        values = [self._base.get(name, ""), self._found.get(name, "")]
        return [Path(part) for value in values for part in value.split(":") if part]


def free_port() -> int:
    """Return a TCP port that was free on loopback a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _join(paths: list[Path]) -> str:
    return ":".join(dict.fromkeys(str(path) for path in paths))
