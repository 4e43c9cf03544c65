"""Names in Redis, and what may be a name."""

from __future__ import annotations

import re

RUN_ID = re.compile(r"[0-9a-f]{16}")
WORKER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
WORLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # no path and no suffix: those are files

# One Redis serves one training; a second trainer in the same one is refused by the run's id.
PREFIX = "object_tracker:"
RUN = PREFIX + "run"  # string: what a worker must know of the training (RunMessage)
POLICY = PREFIX + "policy"  # string: the newest durable policy (PolicyMessage)
STATE = PREFIX + "state"  # hash: see State
FRAGMENTS = PREFIX + "fragments"  # stream of {FIELD: fragment}
INCARNATIONS = PREFIX + "incarnations"  # hash: worker -> its latest life
GENERATION = PREFIX + "generation"  # string: new with each Redis that the training finds empty
CONSUMED = PREFIX + "consumed"  # hash: life -> first sequence number that no durable checkpoint has consumed
MADE = PREFIX + "made"  # hash: life -> how many fragments it has made
IN_FLIGHT = PREFIX + "in_flight"  # hash: worker -> fragments it is making
TIMES = PREFIX + "times"  # hash: worker -> JSON, seconds by part of its life so far (Stopwatch)
FIGURES = PREFIX + "figures"  # string, expiring: TrainerFigures
WORKERS = PREFIX + "workers"  # hash: worker -> WorkerFigures
FIELD = b"fragment"


def heartbeat(worker: str) -> str:
    """Return the key that a living worker keeps from expiring."""
    return f"{PREFIX}worker:{worker}"
