"""distributed_training.launch.py: a trainer, rollout workers with a simulation each, the stream between."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from launch import LaunchContext
from launch.actions import LogInfo

from object_tracker_agent.checkpoints import KEEP
from object_tracker_agent.runs import Run, prepare_run
from object_tracker_sim.launching import redis, rollout, simulation
from object_tracker_sim.launching.access import (
    Endpoint,
    endpoint,
    host,
    insecure_argument,
    patience_argument,
    patience_words,
    redis_ca_argument,
    secret_file_argument,
)
from object_tracker_sim.launching.arguments import argument, one_of, optional, true_or_false, whole_number
from object_tracker_sim.launching.processes import ros_program
from object_tracker_sim.launching.restarting import restarted, restarts_argument
from object_tracker_sim.launching.s3 import s3_address
from object_tracker_sim.launching.workers import rollout_worker
from object_tracker_sim.simulator import resolve_world


@dataclass(frozen=True)
class Arguments:
    """Launch arguments of distributed_training.launch.py. None: as in the run resumed, or in the preset."""

    workers: int | None = argument(
        "",
        "rollout workers on this machine, each with a simulation of its own; 0: all of them are elsewhere;"
        " empty: 1 (0 with node_type:=trainer)",
        optional(whole_number(0, 64)),
    )
    arenas: int | None = argument(
        "",
        "arenas per simulation, 1 to 16; empty: as in the run or its preset",
        optional(whole_number(1, 16)),
    )
    total_steps: int | None = argument(
        "", "environment steps after which it is done; empty: as in the run or its preset",
        optional(whole_number(1)),
    )  # fmt: skip
    preset: str | None = argument(
        "", "what to learn and how: name of a preset or path of a .yaml file; empty: the run's, or approach",
        optional(str),
    )  # fmt: skip
    seed: int | None = argument(
        "", "of everything random; empty: as in the run, or 0", optional(whole_number(0, 2**31 - 1))
    )
    world: str | None = argument(
        "", "name or path of a world; empty: as in the run or its preset", optional(str)
    )
    output_dir: str | None = argument(
        "", "the run folder; one with a checkpoint is resumed; empty: a new one, runs/<preset>-<time>",
        optional(str),
    )  # fmt: skip
    resume: bool = argument("true", "false: refuse an output_dir that has a checkpoint", true_or_false)
    max_policy_lag: int | None = argument(
        "",
        "oldest policy whose data are used, in updates; 0: strictly on-policy, one worker then repeats its"
        " checkpoints exactly; empty: as in the run or its preset",
        optional(whole_number(0, 1000)),
    )
    device: str = argument(
        "auto", "where the trainer computes: cpu, cuda or auto", one_of("cpu", "cuda", "auto")
    )
    s3_uri: str | None = argument(
        "",
        "s3://BUCKET/PREFIX: checkpoints go there, and the training goes on from the newest one there; with"
        " the secret, workers find it there, too (ip/ip.json). Empty: only the run folder",
        optional(s3_address),
    )
    keep: int = argument(
        str(KEEP), "how many of the last checkpoints stay, in the run and in S3", whole_number(1, 10_000)
    )
    keep_every: int = argument(
        "0",
        "of the older checkpoints, that of every so many updates stays in the run, too; 0: none",
        whole_number(0, 1_000_000),
    )
    listen: Endpoint | None = argument(  # noqa: RUF009 - a field
        "",
        "ADDRESS or ADDRESS:PORT (6379) of this machine where workers of other machines come in,"
        " 0.0.0.0 for all of its addresses; needs a secret. Empty: nothing listens beyond this machine,"
        " unless both s3_uri and a secret are given",
        optional(endpoint),
    )
    advertise: str | None = argument(
        "",
        "address by which other machines reach this one; empty: that of listen, or the default route's",
        optional(host),
    )
    secret_file: str | None = secret_file_argument()
    redis_url: str | None = argument(
        "",
        "an existing Redis to use instead of starting one: rediss://HOST:PORT[/DATABASE], never with"
        " a password in it",
        optional(str),
    )
    redis_ca: str = redis_ca_argument()
    insecure: bool = insecure_argument()
    patience: int | None = patience_argument()
    restarts: int = restarts_argument()
    node_type: str = argument(
        "all",
        "trainer: without workers, rollout: as rollout.launch.py (the original's jobs start this"
        " file on every node)",
        one_of("all", "trainer", "rollout"),
    )


def actions(context: LaunchContext, arguments: Arguments) -> Iterable[Any]:
    """Create or resume the run, then start redis-server, the trainer, and each worker with its simulation."""
    if arguments.node_type == "rollout":
        return rollout.actions(context, _as_rollout(arguments))
    workers = arguments.workers
    if workers is None:
        workers = 0 if arguments.node_type == "trainer" else 1
    # The run folder comes last: a launch that is refused leaves nothing behind.
    world_given = None if arguments.world is None else simulation.world_name(arguments.world)
    domains = simulation.own_domains(dict(os.environ), workers)
    transport = redis.transport(
        redis.Wishes(
            arguments.listen,
            arguments.advertise,
            arguments.redis_url,
            arguments.redis_ca,
            arguments.secret_file,
            arguments.insecure,
            arguments.s3_uri,
        ),
        context.environment,
    )
    redis_words = [*transport.words, *patience_words(arguments.patience)]
    run = _prepare(
        arguments.s3_uri,
        output_dir=arguments.output_dir,
        preset=arguments.preset,
        world=world_given,
        seed=arguments.seed,
        total_steps=arguments.total_steps,
        resume=arguments.resume,
        arenas=arguments.arenas,
        workers=workers,
        max_policy_lag=arguments.max_policy_lag,
        device=arguments.device,
    )
    observation = run.load_preset().observation
    world = resolve_world(run.settings.world)
    words = [
        "--run-dir", str(run.folder), *redis_words, *transport.trainer_words,
        *_checkpoint_words(arguments),
    ]  # fmt: skip

    def trainer() -> Any:
        return ros_program("object_tracker_agent", "trainer", label="trainer", arguments=words)

    started: list[Any] = [
        LogInfo(msg=f"run folder: {run.folder}"),
        *transport.actions,
        *restarted(trainer, "trainer", finished="shutdown"),
    ]
    if arguments.s3_uri is not None and transport.public_url is not None:
        started += redis.announcement(transport, arguments.s3_uri, run.settings.run_id)
    for index, domain in enumerate(domains):
        label = "world" if workers == 1 else f"world_{index}"
        plan = simulation.Simulation(
            label, world, run.settings.arenas, observation.camera_height, observation.camera_width, domain
        )
        started += [simulation.announce(label, domain), simulation.include_simulation(plan)]
        started += rollout_worker(redis_words, str(index), run.settings.arenas, domain, run.ledger)
    return started


def _prepare(s3_uri: str | None, **wishes: Any) -> Run:
    if s3_uri is None:
        return prepare_run(**wishes)
    from object_tracker_agent.storage import UnavailableError, parse_s3  # boto3 only when it is needed
    from object_tracker_agent.storage.presets import warn_of_code
    from object_tracker_agent.storage.run import prepare_saved_run

    run = prepare_saved_run(s3_uri, **wishes)
    with contextlib.suppress(UnavailableError):  # a run that was there before goes on without S3
        warn_of_code(parse_s3(s3_uri))
    return run


def _checkpoint_words(arguments: Arguments) -> list[str]:
    words = ["--keep", str(arguments.keep), "--keep-every", str(arguments.keep_every)]
    return words if arguments.s3_uri is None else [*words, "--s3-uri", arguments.s3_uri]


def _as_rollout(arguments: Arguments) -> rollout.Arguments:
    return rollout.Arguments(
        run=None,
        redis_url=arguments.redis_url,
        s3_uri=arguments.s3_uri,
        workers=1,  # a rollout job is one worker; NUMBER_OF_ROLLOUT_WORKERS counts the jobs
        arenas=arguments.arenas,
        world=arguments.world,
        secret_file=arguments.secret_file,
        redis_ca=arguments.redis_ca,
        insecure=arguments.insecure,
        patience=arguments.patience,
        restarts=arguments.restarts,
        timeout=rollout.TIMEOUT,
    )
