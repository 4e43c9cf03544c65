"""rollout.launch.py: more simulations and workers for a training under way, on this machine or another."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launch import LaunchContext
from launch.actions import LogInfo

from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import open_run
from object_tracker_agent.training.redis_access import RedisAccess
from object_tracker_sim.launching import simulation
from object_tracker_sim.launching.access import (
    SecretKeeper,
    access_words,
    insecure_argument,
    patience_argument,
    patience_words,
    redis_ca_argument,
    secret_file_argument,
)
from object_tracker_sim.launching.arguments import argument, optional, whole_number
from object_tracker_sim.launching.processes import ros_program
from object_tracker_sim.launching.redis import private_folder
from object_tracker_sim.launching.restarting import restarted, restarts_argument
from object_tracker_sim.launching.s3 import s3_address
from object_tracker_sim.launching.workers import rollout_worker
from object_tracker_sim.simulator import resolve_world

TIMEOUT = 600  # [s], the original's


@dataclass(frozen=True)
class Arguments:
    """Launch arguments of rollout.launch.py. One of run, redis_url and s3_uri says which training."""

    run: str | None = argument("", "the run folder of a training under way on this machine", optional(str))
    redis_url: str | None = argument(
        "",
        "the training's Redis, rediss://HOST:PORT as its launch prints it, never with a password in it",
        optional(str),
    )
    s3_uri: str | None = argument(
        "", "s3://BUCKET/PREFIX of the training, which tells there where it is", optional(s3_address)
    )
    workers: int = argument(
        "1", "rollout workers, each with a simulation of its own, 1 to 64", whole_number(1, 64)
    )
    arenas: int | None = argument(
        "", "arenas per simulation, 1 to 16; empty: as the training says", optional(whole_number(1, 16))
    )
    world: str | None = argument(
        "", "name or path of a world; empty: the training's, if it is one by name", optional(str)
    )
    secret_file: str | None = secret_file_argument()
    redis_ca: str = redis_ca_argument()
    insecure: bool = insecure_argument()
    patience: int | None = patience_argument()
    restarts: int = restarts_argument()
    timeout: int = argument(
        str(TIMEOUT), "how long to wait for the training to be there [s]", whole_number(1, 10**6)
    )


def actions(context: LaunchContext, arguments: Arguments) -> Iterable[Any]:
    """Start simulations and workers; the end of the training is the end of the launch."""
    keeper = SecretKeeper(context.environment, arguments.secret_file)
    if arguments.run is not None:
        if arguments.redis_url is not None:
            raise UserError("run and redis_url both say which training to join; give one of them")
        return _join_here(arguments)
    if arguments.redis_url is None and arguments.s3_uri is None:
        raise UserError(
            "which training is to be joined? give run:=FOLDER, its run folder on this machine, or"
            " redis_url:= or s3_uri:= of one on another"
        )
    world = None if arguments.world is None else simulation.world_name(arguments.world)
    return _join_there(arguments, world, keeper)


def _join_here(arguments: Arguments) -> Iterable[Any]:
    assert arguments.run is not None
    run = open_run(arguments.run)
    endpoint = run.endpoint()
    words = ["--redis-url", endpoint["redis_url"], "--redis-ca", endpoint["redis_ca"]]
    words += ["--secret-file", endpoint["secret_file"]] if endpoint["secret_file"] else []
    words += ["--insecure"] if arguments.insecure else []
    words += patience_words(arguments.patience)
    observation = run.load_preset().observation
    world = resolve_world(arguments.world or run.settings.world)
    plan = _Plan(
        world, arguments.arenas or run.settings.arenas, observation.camera_height, observation.camera_width
    )
    name = f"joined-{os.getpid()}"

    # The training's redis-server goes with it, and then nobody else can tell the worker that there is nothing
    # left to do
    def training_end() -> Any:
        return ros_program(
            "object_tracker_agent", "await_end", label="end_of_training",
            arguments=["--run-dir", str(run.folder)],
        )  # fmt: skip

    return [
        LogInfo(msg=f"joins the run {run.folder}"),
        *_simulations_and_workers(plan, arguments.workers, name, words, run.ledger, alone=False),
        *restarted(training_end, "end_of_training", finished="shutdown"),
    ]


def _join_there(arguments: Arguments, world: str | None, keeper: SecretKeeper) -> Iterable[Any]:
    """Ask the training what it is, in a process of its own: it may take minutes. Start once it is known."""
    if arguments.redis_url is not None:
        access = RedisAccess(arguments.redis_url, keeper.secret(), arguments.redis_ca, arguments.insecure)
        where = ["--redis-url", access.url]
    else:
        if keeper.secret() is None and not arguments.insecure:
            raise UserError(
                "s3_uri alone does not tell who may join: give secret_file:=FILE or set"
                " OBJECT_TRACKER_SECRET, the secret that the training was started with"
            )
        where = ["--s3-uri", str(arguments.s3_uri)]
    folder = private_folder()
    secret_file = keeper.file(lambda: folder)
    found = folder / "training.json"
    words = [*where, "--redis-ca", arguments.redis_ca]
    words += ["--secret-file", secret_file] if secret_file else []
    words += ["--insecure"] if arguments.insecure else []
    words += ["--world", world] if world else []

    def finder() -> Any:
        return ros_program(
            "object_tracker_agent", "find_training", label="find_training",
            arguments=[*words, "--timeout", str(arguments.timeout), "--output", str(found)],
        )  # fmt: skip

    def start() -> list[Any]:
        training = json.loads(found.read_bytes())  # written by our own program, which has checked it
        access = RedisAccess(training["redis_url"], keeper.secret(), arguments.redis_ca, arguments.insecure)
        plan = _Plan(
            resolve_world(training["world"]),
            arguments.arenas or training["arenas"],
            training["camera_height"],
            training["camera_width"],
        )
        name = unique_name()
        words = [*access_words(access, secret_file), *patience_words(arguments.patience)]
        return _simulations_and_workers(plan, arguments.workers, name, words, folder / "ledger", alone=True)

    return restarted(finder, "find_training", finished=start)


@dataclass(frozen=True)
class _Plan:
    world: Path
    arenas: int
    image_height: int  # [pixel]
    image_width: int  # [pixel]


def _simulations_and_workers(
    plan: _Plan, workers: int, name: str, redis_words: list[str], ledger: Path, *, alone: bool
) -> list[Any]:
    started: list[Any] = []
    for index, domain in enumerate(simulation.own_domains(dict(os.environ), workers)):
        label = "world" if workers == 1 else f"world_{index}"
        one = simulation.Simulation(
            label, plan.world, plan.arenas, plan.image_height, plan.image_width, domain
        )
        started += [simulation.announce(label, domain), simulation.include_simulation(one)]
        worker = name if workers == 1 else f"{name}-{index}"
        started += rollout_worker(redis_words, worker, plan.arenas, domain, ledger, alone=alone)
    return started


def unique_name() -> str:
    """Return a name for this launch's workers that no other machine's have: this host's, and chance."""
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname()).strip("-")[:40] or "host"
    return f"{host}-{secrets.token_hex(3)}"
