"""Gazebo's own window on the simulation."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from ament_index_python.packages import get_package_prefix

from object_tracker_agent.errors import UserError
from object_tracker_agent.private_folder import PrivateFolder
from object_tracker_agent.processes import tied
from object_tracker_sim.simulator.gazebo_environment import GazeboEnvironment


class Gui:
    """One gzclient, started again with each simulator; the simulation goes on when the user closes it.

    Raises UserError if it cannot be shown: no display, or no gzclient in this Gazebo.
    """

    def __init__(self, world: Path, log: Callable[[str], None]) -> None:
        self._world = world
        self._log = log
        self._display = os.environ.get("DISPLAY", "")
        if not self._display:
            raise UserError("parameter gui: no display (DISPLAY is not set); leave gui out or set DISPLAY")
        self._environment = GazeboEnvironment()
        self._program = self._environment.programs.get("gzclient", "")
        if not self._program:
            raise UserError("parameter gui: this Gazebo was installed without gzclient; leave gui out")
        self._loopback = (
            Path(get_package_prefix("object_tracker_sim")) / "lib/object_tracker_sim/libloopback.so"
        )
        if not self._loopback.is_file():
            raise UserError(f"parameter gui: {self._loopback} is missing; build the workspace again")
        self._folder = PrivateFolder()
        self._log_path = self._folder.path / "gzclient.log"
        self._process: subprocess.Popen[bytes] | None = None

    def show(self, master_uri: str) -> None:
        """Open the window on the simulator whose master is at `master_uri`."""
        self._end()
        variables = self._environment.variables(self._folder.path, self._display, self._world)
        variables["GAZEBO_MASTER_URI"] = master_uri
        # gzclient listens for what it subscribes to; this keeps it on loopback, as it does the simulator.
        variables["LD_PRELOAD"] = str(self._loopback)
        # Qt looks for its plugins where it was built to be, which a Gazebo in a folder of its own is not.
        plugins = Path(self._program).resolve().parents[1].glob("lib/*/qt5/plugins")
        variables["QT_PLUGIN_PATH"] = ":".join(map(str, plugins))
        if "XAUTHORITY" not in variables:
            variables["XAUTHORITY"] = str(Path.home() / ".Xauthority")
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                tied([self._program]),
                env=variables,
                cwd=self._folder.path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def poll(self) -> None:
        """Say once when the window has gone."""
        if self._process is not None and self._process.poll() is not None:
            status = self._process.returncode
            why = f" (status {status} on display {self._display})" if status else ""
            self._log(f"Gazebo's window has ended{why}; the simulation goes on without it")
            self._process = None

    def close(self) -> None:
        """Close the window. Safe to call twice."""
        self._end()
        self._folder.remove()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
