"""The Redis of a launched training: a redis-server of its own, for this machine or others, or somebody's."""

from __future__ import annotations

import atexit
import errno
import os
import socket
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launch.actions import ExecuteProcess, LogInfo

from object_tracker_agent.errors import UserError
from object_tracker_agent.security import Secret
from object_tracker_agent.training import redis_server as server
from object_tracker_agent.training.redis_access import PORT, RedisAccess, is_loopback
from object_tracker_sim.launching.access import Endpoint, SecretKeeper, access_words, own_address
from object_tracker_sim.launching.processes import TIED, require_program, ros_program
from object_tracker_sim.launching.restarting import restarted

LINGER = 20  # [s] for workers of other machines to hear that the training is finished
EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Wishes:
    """What the arguments of distributed_training.launch.py say about Redis."""

    listen: Endpoint | None
    advertise: str | None
    redis_url: str | None
    redis_ca: str
    secret_file: str | None
    insecure: bool
    s3_uri: str | None


@dataclass(frozen=True)
class Transport:
    """How the programs of this launch reach Redis, and what must be started for that."""

    words: list[str]  # options of the trainer and of workers on this machine
    trainer_words: list[str] = field(default_factory=list)  # further ones of the trainer alone
    actions: list[Any] = field(default_factory=list)  # the server, if it is ours, and what there is to say
    public_url: str | None = None  # where workers of other machines come in
    public_words: list[str] = field(default_factory=list)  # options of the program that announces it


def private_folder() -> Path:
    """Return a new folder for the socket; it goes with this process, or with the next one's.

    Raises UserError if it cannot be made, or lies too deep for a socket.
    """
    folder = server.private_folder()
    atexit.register(folder.remove)
    return folder.path


def transport(wishes: Wishes, environment: MutableMapping[str, str]) -> Transport:
    """Return the Redis that the user asked for. The secret leaves `environment`, which processes inherit.

    Raises UserError: arguments that contradict each other, no secret where one is needed, an address in use.
    """
    keeper = SecretKeeper(environment, wishes.secret_file)
    if wishes.redis_url is not None:
        return _somebodys(wishes, keeper)
    listen = wishes.listen
    if listen is None and wishes.s3_uri is not None and keeper.given:
        listen = _found_through_s3()  # what else would the secret be for?
    if listen is None:
        if wishes.advertise is not None:
            raise UserError("advertise needs listen:=ADDRESS: without it no other machine can come in")
        folder = private_folder()
        return Transport(["--redis-url", server.redis_url(folder)], actions=_started(folder, None))
    return _listening(wishes, listen, keeper)


def _somebodys(wishes: Wishes, keeper: SecretKeeper) -> Transport:
    if wishes.listen is not None or wishes.advertise is not None:
        raise UserError(
            "redis_url names a Redis that is there; listen and advertise are for one to be started"
        )
    assert wishes.redis_url is not None
    access = RedisAccess(wishes.redis_url, keeper.secret(), wishes.redis_ca, wishes.insecure)
    words = access_words(access, keeper.file(private_folder) if access.secret else None)
    warning = [_warning(access.url, access.secret)] if not access.is_local and wishes.insecure else []
    return Transport(words, [], warning, None if access.is_local else access.url, words)


def _listening(wishes: Wishes, listen: Endpoint, keeper: SecretKeeper) -> Transport:
    secret = keeper.secret()
    if secret is None and not wishes.insecure:
        raise UserError(
            "listen needs a secret, which encrypts and lets nobody else in: make one with 'ros2 run"
            " object_tracker_agent make_secret FILE' and give secret_file:=FILE, or set"
            " OBJECT_TRACKER_SECRET; insecure:=true goes without"
        )
    tls = not wishes.insecure
    address = _bindable(listen)
    known_as = wishes.advertise or (own_address() if address in EVERYWHERE else listen.host)
    folder = private_folder()
    hosts = [address, known_as, listen.host, socket.gethostname(), "localhost", "127.0.0.1"]
    hosts = [name for name in dict.fromkeys(hosts) if name.isascii() and name not in EVERYWHERE]
    listening = server.Listening(address, listen.port, tls, secret, hosts)
    secret_words = ["--secret-file", str(keeper.file(lambda: folder))] if secret else []
    public = Endpoint(known_as, listen.port).url(tls=tls)
    from_here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    insecure = ["--insecure"] if wishes.insecure else []
    hint = f"rollout.launch.py redis_url:={public}" + (" insecure:=true" if wishes.insecure else "")
    said: list[Any] = [
        LogInfo(
            msg=f"workers of other machines join with the same secret: ros2 launch object_tracker_sim {hint}"
        )
    ]
    if wishes.insecure and not is_loopback(address):
        said.append(_warning(public, secret))
    return Transport(
        ["--redis-url", server.redis_url(folder), *secret_words],
        ["--linger", str(LINGER)],
        [*said, *_started(folder, listening)],
        public,
        ["--redis-url", Endpoint(from_here, listen.port).url(tls=tls), *secret_words, *insecure],
    )


def announcement(transport: Transport, s3_uri: str, run_id: str) -> list[Any]:
    """Return the program that tells through S3 where workers come in, once they can."""
    assert transport.public_url is not None
    words = [
        *transport.public_words, "--public-url", transport.public_url, "--s3-uri", s3_uri,
        "--run-id", run_id,
    ]  # fmt: skip

    def announcer() -> Any:
        name = "announce_training"
        return ros_program("object_tracker_agent", name, label=name, arguments=words)

    return restarted(announcer, "announce_training", finished="failure")


def _started(folder: Path, listening: server.Listening | None) -> list[Any]:
    require_program("redis-server", "redis-server")
    require_program("setpriv", "util-linux")
    command = [*TIED, *server.redis_command(folder, listening)]
    # It comes back empty, at the same place; the trainer then publishes again
    return restarted(lambda: ExecuteProcess(cmd=command, name="redis"), "redis-server", finished="failure")


def _bindable(listen: Endpoint) -> str:
    """Return the IP address to bind to. Raises UserError: not one of this machine, or the port is taken."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror or error)
        advice = "give another port" if error.errno == errno.EADDRINUSE else "give an address of this machine"
        raise UserError(f"cannot listen on {listen.host} port {listen.port}: {reason}; {advice}") from None
    return str(address[0])


def _found_through_s3() -> Endpoint:
    """Return all addresses with Redis' port, or another one if that is taken: workers are told which."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for port in (PORT, 0):
            try:
                probe.bind(("0.0.0.0", port))
                return Endpoint("0.0.0.0", int(probe.getsockname()[1]))
            except OSError:
                continue
    raise UserError("no port is free to listen on; give listen:=ADDRESS:PORT")


def _warning(url: str, secret: Secret | None) -> LogInfo:
    password = "its password can be overheard" if secret else "it has no password"
    return LogInfo(
        msg=f"WARNING: insecure:=true: {url} is open to the network without TLS or secret ({password});"
        " whoever reaches it can read and change this training"
    )
