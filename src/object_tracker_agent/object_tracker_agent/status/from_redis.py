"""How a live training stands, by what is in its Redis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis

from object_tracker_agent.checkpoints.lives import MISSING, USED
from object_tracker_agent.errors import UserError
from object_tracker_agent.status.report import CheckpointStatus, FragmentAccount, Status, WorkerStatus
from object_tracker_agent.training import names
from object_tracker_agent.training.figures import TrainerFigures, WorkerFigures
from object_tracker_agent.training.intake import DROPPED
from object_tracker_agent.training.link import Link
from object_tracker_agent.training.messages import RunMessage, State, read_number
from object_tracker_agent.training.trainer_end import FIGURES_EXPIRY
from object_tracker_agent.training.worker_end import HEARTBEAT_EXPIRY


def status_in_redis(link: Link) -> Status:
    """Read how the training in this Redis stands.

    Raises UserError: it does not answer, refuses, holds no training, or something else than one.
    """
    found = link.call(_read)
    if found["run"] is None or not found["state"]:
        raise UserError(f"no training is in redis at {link.url}; start its trainer, or name another")
    run, state = RunMessage.from_bytes(found["run"]), State.from_hash(found["state"])
    algorithm = run.load_preset().algorithm
    figures = None if found["figures"] is None else TrainerFigures.from_bytes(found["figures"])
    age = None if found["ttl"] < 0 else max(0.0, FIGURES_EXPIRY - found["ttl"] / 1000)
    counters: Mapping[str, int] = {} if figures is None else figures.counters
    dropped = {reason: counters[reason] for reason in DROPPED if counters.get(reason)}
    flying = {_name(name): read_number(number) for name, number in found["in_flight"].items()}
    used, held = counters.get(USED, 0), max(0, state.held)
    workers = _workers(found, flying, state.version)
    return Status(
        source=link.url,
        run_id=run.run_id,
        preset=run.preset["name"],
        status=state.status,
        update=state.version,
        steps=state.version * algorithm.steps_per_update if figures is None else figures.steps,
        total_steps=run.total_steps,
        max_policy_lag=run.max_policy_lag,
        updating=state.training,
        fragments=FragmentAccount(
            received=used + sum(dropped.values()),
            used=used,
            dropped=dropped,
            missing=counters.get(MISSING, 0),
            waiting=max(0, found["length"] - held),
            in_flight=sum(worker.in_flight for worker in workers if worker.alive),
            per_update=algorithm.steps_per_update // algorithm.fragment_steps,
        ),
        checkpoint=CheckpointStatus(
            state.version, None if figures is None or age is None else figures.checkpoint_age + age
        ),
        workers=workers,
        trainer_seen_seconds_ago=age,
        redis_bytes=found["memory"],
        **(
            {}
            if figures is None
            else {
                name: getattr(figures, name)
                for name in ("steps_per_second", "policy_lag", "reward", "success")
            }
        ),
    )


def _read(client: Any) -> dict[str, Any]:
    """Read all of one moment."""
    with client.pipeline(transaction=True) as pipe:
        pipe.get(names.RUN)
        pipe.hgetall(names.STATE)
        pipe.get(names.FIGURES)
        pipe.pttl(names.FIGURES)
        pipe.xlen(names.FRAGMENTS)
        pipe.hgetall(names.INCARNATIONS)
        pipe.hgetall(names.IN_FLIGHT)
        pipe.hgetall(names.WORKERS)
        values = pipe.execute()
    keys = ("run", "state", "figures", "ttl", "length", "incarnations", "in_flight", "workers")
    found = dict(zip(keys, values, strict=True))
    with client.pipeline(transaction=False) as pipe:
        for name in found["incarnations"]:
            pipe.pttl(names.heartbeat(_name(name)))
        found["heartbeats"] = dict(zip(found["incarnations"], pipe.execute(), strict=True))
    try:
        found["memory"] = int(client.info("memory")["used_memory"])
    except (redis.ResponseError, KeyError, TypeError, ValueError):  # a Redis that does not tell that
        found["memory"] = None
    return found


def _workers(found: Mapping[str, Any], flying: Mapping[str, int], version: int) -> tuple[WorkerStatus, ...]:
    workers = []
    for raw, life in found["incarnations"].items():
        name, left = _name(raw), found["heartbeats"][raw]
        figures = WorkerFigures.from_bytes(found["workers"][raw]) if raw in found["workers"] else None
        known: dict[str, Any] = {}
        if figures is not None and figures.incarnation == read_number(life):
            known = {
                "version": figures.version,
                "lag": max(0, version - figures.version),
                "arenas": figures.arenas,
                "fragments": figures.fragments,
                "steps_per_second": figures.steps_per_second,
                "host": figures.host,
            }
        alive = left != -2  # -2: there is no such key
        seen = max(0.0, HEARTBEAT_EXPIRY - left / 1000) if left >= 0 else None
        workers.append(
            WorkerStatus(name, alive, read_number(life), flying.get(name, 0), seen_seconds_ago=seen, **known)
        )
    # By number where names are numbers
    return tuple(sorted(workers, key=lambda worker: (not worker.alive, len(worker.name), worker.name)))


def _name(raw: bytes) -> str:
    """Return a worker's name, if it can be one; somebody else may have written it."""
    name = raw.decode(errors="replace")
    return name if names.WORKER_NAME.fullmatch(name) else repr(raw[:64])
