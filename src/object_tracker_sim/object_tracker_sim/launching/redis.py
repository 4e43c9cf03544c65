"""The redis-server of a training on one machine: on a Unix socket in a private folder, nothing kept."""

from __future__ import annotations

from pathlib import Path

from launch.actions import ExecuteProcess

from object_tracker_sim.launching.processes import TIED, require_program

SOCKET = "redis.sock"


def redis_url(folder: Path) -> str:
    """Return the URL of the server whose socket is in `folder`."""
    return f"unix://{folder / SOCKET}"


def redis_server(folder: Path) -> ExecuteProcess:
    """Return the action that starts redis-server for `folder`: no TCP port, nothing written to disk."""
    require_program("redis-server", "redis-server")
    require_program("setpriv", "util-linux")
    options = {
        "port": "0",
        "unixsocket": str(folder / SOCKET),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "loglevel": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return ExecuteProcess(cmd=[*TIED, "redis-server", *words], name="redis")
