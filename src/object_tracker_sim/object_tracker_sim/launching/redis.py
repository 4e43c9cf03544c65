"""The redis-server of a launched training."""

from __future__ import annotations

import atexit
from pathlib import Path

from launch.actions import ExecuteProcess

from object_tracker_agent.training import redis_server as server
from object_tracker_sim.launching.processes import TIED, require_program


def private_folder() -> Path:
    """Return a new folder for the socket; it goes with this process, or with the next one's.

    Raises UserError if it cannot be made, or lies too deep for a socket.
    """
    folder = server.private_folder()
    atexit.register(folder.remove)
    return folder.path


def redis_server(folder: Path) -> ExecuteProcess:
    """Return the action that starts redis-server for `folder`."""
    require_program("redis-server", "redis-server")
    require_program("setpriv", "util-linux")
    return ExecuteProcess(cmd=[*TIED, *server.redis_command(folder)], name="redis")
