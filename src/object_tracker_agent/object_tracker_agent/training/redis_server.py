"""The redis-server of a training: on a Unix socket in a private folder, nothing kept.

Workers of other machines reach it through TLS with a password, if the user asks for that (`Listening`).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.errors import UserError
from object_tracker_agent.private_folder import PrivateFolder
from object_tracker_agent.security import Secret, certificate_authority, redis_password, server_certificate
from object_tracker_agent.training import names

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


@dataclass(frozen=True)
class Listening:
    """Where other machines reach the server; without a secret it is plain and open to everybody."""

    address: str  # an IP address to bind to; 0.0.0.0 or :: are all of this machine's
    port: int  # 1 .. 65535
    tls: bool
    secret: Secret | None
    hosts: Sequence[str]  # names and addresses that the certificate is for


def redis_command(folder: Path, listening: Listening | None = None) -> list[str]:
    """Return the command line of redis-server for `folder`: nothing is written to disk.

    Without `listening` it has no TCP port. With it, files with certificate, key and the password's hash
    are written to `folder`, mode 0600; the command line, which everybody sees, tells nothing.
    """
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
    if listening is None:
        return ["redis-server", *words]
    configuration = folder / "redis.conf"
    _write(configuration, "\n".join(_listening_lines(folder, listening)) + "\n")
    # The file comes first: what stands behind it wins, and a TCP port of 0 must not win over the plain one
    return ["redis-server", str(configuration), *(words if listening.tls else words[2:])]


def _listening_lines(folder: Path, listening: Listening) -> list[str]:
    lines = [f"bind {listening.address}", "tcp-keepalive 30"]
    if listening.secret is None:
        lines.append("protected-mode no")
    else:
        # Of the password only the hash is told. Workers need the training's keys, not to change the server.
        digest = hashlib.sha256(redis_password(listening.secret).encode()).hexdigest()
        commands = "+@all -@admin -@dangerous -@scripting +info"
        lines.append(f"user default on #{digest} ~{names.PREFIX}* {commands}")
    if not listening.tls:
        return [*lines, f"port {listening.port}"]
    assert listening.secret is not None
    authority = certificate_authority(listening.secret)
    certificate, key = server_certificate(authority, listening.hosts)
    for name, text in (("server.crt", certificate), ("server.key", key), ("authority.crt", authority.pem)):
        _write(folder / name, text)
    return [
        *lines,
        f"tls-port {listening.port}",
        f"tls-cert-file {folder}/server.crt",
        f"tls-key-file {folder}/server.key",
        f"tls-ca-cert-file {folder}/authority.crt",
        "tls-auth-clients no",
        "tls-protocols TLSv1.3",
    ]


def _write(path: Path, text: str) -> None:
    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
