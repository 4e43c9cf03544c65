"""The redis-server of a training on one machine: on a Unix socket in a private folder, nothing kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from object_tracker_agent.errors import UserError
from object_tracker_agent.private_folder import PrivateFolder

SOCKET = "redis.sock"
LONGEST_PATH = 107  # [bytes] of a Unix socket (unix(7))


def private_folder() -> PrivateFolder:
    """Return a new folder for the socket, ours alone.

    Raises UserError if it cannot be made, or lies too deep for a socket.
    """
    try:
        folder = PrivateFolder()
    except OSError as error:
        where = tempfile.gettempdir()
        raise UserError(f"cannot create a folder in {where}: {error.strerror}; set TMPDIR") from None
    if len(bytes(folder.path / SOCKET)) > LONGEST_PATH:
        folder.remove()
        raise UserError(f"{folder.path} is too long a path for a socket; set TMPDIR to a shorter one")
    return folder


def redis_url(folder: Path) -> str:
    """Return the URL of the server whose socket is in `folder`."""
    return f"unix://{folder / SOCKET}"


def redis_command(folder: Path) -> list[str]:
    """Return the command line of redis-server for `folder`: no TCP port, nothing written to disk."""
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
    return ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", value))]
