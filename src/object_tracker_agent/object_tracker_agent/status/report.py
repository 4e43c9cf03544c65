"""What is told of a training. The JSON of ``status --json`` has these names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

ENDED = ("stopped", "finished")


@dataclass(frozen=True)
class WorkerStatus:
    """One rollout worker."""

    name: str
    alive: bool  # its heartbeat has not expired
    incarnation: int  # which life of it, from 1
    in_flight: int  # fragments it is making now
    version: int | None = None  # of the policy its last round was played with; None before its first
    lag: int | None = None  # [updates] that policy is behind the published one
    arenas: int | None = None
    fragments: int | None = None  # sent in this life
    steps_per_second: float | None = None  # of all its arenas, over its last round and the wait before
    host: str | None = None
    seen_seconds_ago: float | None = None  # since its last heartbeat


@dataclass(frozen=True)
class FragmentAccount:
    """Where the fragments of a training are."""

    received: int = 0  # by the trainer: used and dropped
    used: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)  # by reason
    missing: int = 0  # sequence numbers that never came
    waiting: int | None = None  # sent and not yet taken by the trainer
    in_flight: int | None = None  # being made by workers
    per_update: int | None = None


@dataclass(frozen=True)
class CheckpointStatus:
    """The newest checkpoint of the training."""

    update: int
    seconds_ago: float | None
    path: str | None = None  # on this machine


@dataclass(frozen=True)
class Status:
    """Everything about one training at one moment; None where it is not known here."""

    source: str  # the run folder or the address of its Redis
    run_id: str
    preset: str
    status: str  # starting, running, interrupted (killed), stopped, finished
    update: int
    steps: int
    total_steps: int
    max_policy_lag: int
    updating: bool = False  # an update is being computed now
    steps_per_second: float | None = None  # learned from, between the last two updates
    policy_lag: float | None = None  # [updates] mean of the last update's fragments
    reward: float | None = None  # means over the last 100 episodes
    success: float | None = None  # 0 .. 1
    fragments: FragmentAccount = FragmentAccount()
    checkpoint: CheckpointStatus | None = None
    workers: tuple[WorkerStatus, ...] = ()
    trainer_seen_seconds_ago: float | None = None
    redis_bytes: int | None = None  # memory of redis-server
    remark: str | None = None  # what keeps more from being known

    @property
    def has_ended(self) -> bool:
        """Tell whether it is over, for now or for good."""
        return self.status in ENDED

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, with the numbers that scripts ask for first."""
        alive = sum(worker.alive for worker in self.workers)
        return {**asdict(self), "workers_alive": alive, "fragments_dropped": self.dropped}

    @property
    def dropped(self) -> int:
        """Number of fragments dropped, for whatever reason."""
        return sum(self.fragments.dropped.values())
