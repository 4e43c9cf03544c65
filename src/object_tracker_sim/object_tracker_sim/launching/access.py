"""Launch arguments about other machines, and the secret's way to the programs that need it."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from object_tracker_agent.errors import UserError
from object_tracker_agent.security import VARIABLE, Secret, find_secret
from object_tracker_agent.training.redis_access import BY_SECRET, PORT, RedisAccess
from object_tracker_sim.launching.arguments import argument, optional, true_or_false, whole_number

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Endpoint:
    """An address and a port."""

    host: str
    port: int

    def url(self, *, tls: bool) -> str:
        """Return the address as a Redis URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'rediss' if tls else 'redis'}://{host}:{self.port}"


def endpoint(text: str) -> Endpoint:
    """Accept ADDRESS, ADDRESS:PORT and [IPV6]:PORT; the port is Redis' own if it is not given."""
    must_be = "ADDRESS or ADDRESS:PORT, for example 10.0.0.1:6379, [fd00::1]:6379 or 0.0.0.0"
    name, port = text, str(PORT)
    if found := re.fullmatch(r"\[([^\]]+)\](?::([0-9]+))?", text):
        name, port = found[1], found[2] or port
    elif text.count(":") == 1:
        name, port = text.split(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(must_be)
    if not _is_ip(name) and not _HOST.fullmatch(name):
        raise ValueError(must_be)
    return Endpoint(name, int(port))


def host(text: str) -> str:
    """Accept an IP address or a host's name."""
    if not _is_ip(text) and not _HOST.fullmatch(text):
        raise ValueError("an IP address or a host's name")
    return text


def secret_file_argument() -> Any:
    return argument(
        "",
        "file of mode 0600 with the secret that the machines of a training share (made by: ros2 run"
        f" object_tracker_agent make_secret FILE); empty: the environment variable {VARIABLE}, if it is set",
        optional(str),
    )


def redis_ca_argument() -> Any:
    return argument(
        BY_SECRET,
        "whose certificate the Redis of redis_url shows: 'secret' (one that distributed_training.launch.py"
        " started: certificate and password follow from the secret), 'system' (a public authority)"
        " or the path of a PEM file; with these two the secret is the Redis' password itself",
    )


def insecure_argument() -> Any:
    return argument(
        "false",
        "true: allow a Redis beyond this machine without TLS or without a secret. Whoever reaches it can then"
        " read and change the training",
        true_or_false,
    )


def patience_argument() -> Any:
    return argument(
        "",
        "how long Redis may be away before its clients give up [s]; empty: 180 on this machine, 300 on"
        " another, so that a network may be cut for minutes",
        optional(whole_number(1, 10**6)),
    )


class SecretKeeper:
    """Takes the secret out of the environment, so that no process inherits it, and gives it out as a file."""

    def __init__(self, environment: MutableMapping[str, str], secret_file: str | None) -> None:
        self._found = {VARIABLE: environment.pop(VARIABLE)} if VARIABLE in environment else {}
        self._file = secret_file

    def secret(self) -> Secret | None:
        """Return the secret of the argument, else of the environment. Raises UserError if it is not fit."""
        return find_secret(self._file, self._found)

    @property
    def given(self) -> bool:
        """True if there is one, fit or not."""
        return bool(self._file or self._found)

    def file(self, private_folder: Callable[[], Path]) -> str | None:
        """Return the path of a file with it, made in a private folder if it came by the environment."""
        secret = self.secret()
        if secret is None:
            return None
        if self._file:
            return str(Path(self._file).expanduser().absolute())
        path = private_folder() / "secret"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secret.reveal())
        return str(path)


def access_words(access: RedisAccess, secret_file: str | None) -> list[str]:
    """Return the options (RedisOptions) that tell a program of `access`."""
    words = ["--redis-url", access.url]
    if access.secret is not None and secret_file is not None:
        words += ["--secret-file", secret_file]
    if access.ca != BY_SECRET:
        words += ["--redis-ca", access.ca]
    return [*words, "--insecure"] if access.insecure else words


def patience_words(patience: int | None) -> list[str]:
    """Return the option (RedisOptions) that tells a program of the argument `patience` [s]."""
    return [] if patience is None else ["--patience", str(patience)]


def own_address() -> str:
    """Return this machine's address on the way to everywhere else. Raises UserError if there is none."""
    for family, anywhere in (
        (socket.AF_INET, "192.0.2.1"),
        (socket.AF_INET6, "2001:db8::1"),
    ):  # RFC 5737, 3849
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((anywhere, 9))  # of a datagram socket: nothing is sent
                return str(probe.getsockname()[0])
            except OSError:
                continue
    raise UserError(
        "this machine has no default route, so its address is not known; give advertise:=ADDRESS, by"
        " which the workers reach it"
    )


def _is_ip(text: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text)
            return True
        except OSError:
            continue
    return False
