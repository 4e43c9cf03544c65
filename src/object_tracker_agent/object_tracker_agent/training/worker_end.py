"""A rollout worker's side of Redis: learns of the training, asks to start rounds, sends fragments."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import redis

from object_tracker_agent.errors import UserError
from object_tracker_agent.training import names
from object_tracker_agent.training.admission import may_start_round
from object_tracker_agent.training.figures import WorkerFigures
from object_tracker_agent.training.link import Link, Stopped, Waiting
from object_tracker_agent.training.messages import (
    MAX_POLICY_BYTES,
    MAX_RUN_BYTES,
    PolicyMessage,
    RunMessage,
    State,
    read_bounded,
    read_number,
)

HEARTBEAT_EXPIRY = 30  # [s]
HEARTBEAT_INTERVAL = 5.0  # [s]
POLL = (0.005, 0.1)  # [s] first and longest wait between two looks
# [s] by which the longest wait grows with each worker of the training, up to MOST: a look costs redis-server
# 0.15 ms (docs/scale.md), and many that wait for the trainer are not to keep it from the others
POLL_PER_WORKER, POLL_MOST = 0.001, 2.0


class WorkerEnd:
    """What a worker says and hears. Every method waits while Redis is away (see Link)."""

    def __init__(self, link: Link, worker: str, stop: Waiting) -> None:
        if not names.WORKER_NAME.fullmatch(worker):
            raise UserError(f"worker is '{worker}', but must be up to 64 letters, digits, '_', '.' and '-'")
        self.worker = worker
        self.incarnation = 0
        self._link = link
        self._stop = stop
        self._next_beat = 0.0
        self._longest_wait = POLL[1]

    def wait_for_run(self, seconds: float) -> RunMessage:
        """Return what the training is, waiting up to `seconds` for a trainer that is at work.

        What an ended training left in this Redis does not count: its trainer may be about to take it up.
        """
        end, delay = time.monotonic() + seconds, POLL[0]
        while True:
            data, state = self._link.call(
                lambda client: (
                    read_bounded(client, names.RUN, MAX_RUN_BYTES),
                    client.hgetall(names.STATE),
                )
            )
            if data is not None and state and State.from_hash(state).status == "running":
                return RunMessage.from_bytes(data)
            if time.monotonic() > end:
                raise UserError(
                    f"no trainer came to redis at {self._link.url} in {seconds:.0f} s; start training first"
                )
            delay = self._pause(delay)

    def register(self) -> int:
        """Begin a life of this worker and return its number, from 1. An earlier one will end."""
        self.incarnation = self._link.call(lambda client: client.hincrby(names.INCARNATIONS, self.worker, 1))
        self.beat()
        return self.incarnation

    def start_round(self, arenas: int, quota: int, max_lag: int) -> State | None:
        """Wait until a round of `arenas` fragments may start, reserve their place and return the state.

        Returns None when the training has ended.
        """
        delay = POLL[0]
        while True:
            self.beat()
            try:
                state, granted = self._link.call(
                    lambda client: self._try_start(client, arenas, quota, max_lag)
                )
            except redis.WatchError:  # somebody else was faster, or Redis went meanwhile
                state, granted = None, False
            if state is not None and state.status != "running":
                return None
            if granted:
                return state
            delay = self._pause(delay)

    def policy(self) -> PolicyMessage | None:
        """Return the newest policy; None in the moment when a Redis that lost everything has none."""
        data = self._link.call(lambda client: read_bounded(client, names.POLICY, MAX_POLICY_BYTES))
        return None if data is None else PolicyMessage.from_bytes(data)

    def send(
        self,
        messages: Sequence[bytes],
        seconds: Mapping[str, float] | None = None,
        figures: WorkerFigures | None = None,
    ) -> None:
        """Add a round's fragments to the stream, all or none, and give the reservation back.

        `seconds` says where this life's time has gone so far (only the benchmark reads it), `figures` how
        this worker does (only `status` reads it).
        """
        times = json.dumps(dict(seconds or {}))

        def command(client: Any) -> None:
            with client.pipeline(transaction=True) as pipe:
                for message in messages:
                    pipe.xadd(names.FRAGMENTS, {names.FIELD: message})
                pipe.hset(names.TIMES, self.worker, times)
                if figures is not None:
                    pipe.hset(names.WORKERS, self.worker, figures.to_bytes())
                pipe.hdel(names.IN_FLIGHT, self.worker)
                pipe.execute()

        self._link.call(command)

    def beat(self) -> None:
        """Show that this worker is alive; does nothing if that was shown a moment ago."""
        now = time.monotonic()
        if now < self._next_beat:
            return
        key = names.heartbeat(self.worker)

        def command(client: Any) -> int:
            with client.pipeline(transaction=False) as pipe:
                pipe.set(key, self.incarnation, ex=HEARTBEAT_EXPIRY)
                pipe.hlen(names.INCARNATIONS)
                return int(pipe.execute()[1])

        self._longest_wait = longest_wait(self._link.call(command))
        self._next_beat = now + HEARTBEAT_INTERVAL

    def leave(self) -> None:
        """Take back reservation and heartbeat. Does not wait for an absent Redis: both go by themselves."""
        try:
            self._link.client.hdel(names.IN_FLIGHT, self.worker)
            self._link.client.delete(names.heartbeat(self.worker))
        except redis.RedisError:
            pass

    def _try_start(self, client: Any, arenas: int, quota: int, max_lag: int) -> tuple[State | None, bool]:
        with client.pipeline(transaction=True) as pipe:
            pipe.watch(names.STATE, names.IN_FLIGHT)
            hash_, life = pipe.hgetall(names.STATE), pipe.hget(names.INCARNATIONS, self.worker)
            if not hash_:
                return None, False  # emptied; the trainer will publish again
            if life is not None and read_number(life) > self.incarnation:
                raise UserError(f"another worker has taken the name '{self.worker}'; give each its own")
            state = State.from_hash(hash_)
            flying = pipe.hgetall(names.IN_FLIGHT).items()
            own = self.worker.encode()
            others = sum(read_number(number) for name, number in flying if name != own)
            pending = max(0, pipe.xlen(names.FRAGMENTS) - state.held)
            if state.status != "running" or not may_start_round(
                state, pending, others, arenas, quota, max_lag
            ):
                return state, False
            pipe.multi()
            pipe.hset(names.IN_FLIGHT, self.worker, arenas)
            pipe.execute()
            return state, True

    def _pause(self, delay: float) -> float:
        if self._stop.wait(delay):
            raise Stopped
        return min(2 * delay, self._longest_wait)


def longest_wait(workers: int) -> float:
    """Return how long each of so many workers waits at most between two looks at the trainer's state [s]."""
    return min(max(POLL[1], POLL_PER_WORKER * workers), POLL_MOST)
