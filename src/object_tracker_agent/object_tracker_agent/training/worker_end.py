"""A rollout worker's side of Redis: learns of the training, asks to start rounds, sends fragments."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import redis

from object_tracker_agent.checkpoints.lives import latest_lives, life_name
from object_tracker_agent.durable_files import why
from object_tracker_agent.errors import UserError
from object_tracker_agent.training import names
from object_tracker_agent.training.admission import may_start_round
from object_tracker_agent.training.figures import WorkerFigures
from object_tracker_agent.training.kept import KeptFragments
from object_tracker_agent.training.ledger import Ledger
from object_tracker_agent.training.link import Link, ServerEnded, Stopped, Waiting
from object_tracker_agent.training.messages import (
    MAX_POLICY_BYTES,
    MAX_RUN_BYTES,
    PolicyMessage,
    RunMessage,
    State,
    read_bounded,
    read_number,
)

HEARTBEAT_EXPIRY = 20  # [s] after which a worker counts as gone; so long others may have to wait for it
HEARTBEAT_INTERVAL = 5.0  # [s]
POLL = (0.005, 0.1)  # [s] first and longest wait between two looks
# [s] by which the longest wait grows with each worker of the training, up to MOST: a look costs redis-server
# 0.15 ms (docs/scale.md), and many that wait for the trainer are not to keep it from the others
POLL_PER_WORKER, POLL_MOST = 0.001, 2.0


class WorkerEnd:
    """What a worker says and hears. Every method waits while Redis is away (see Link)."""

    def __init__(self, link: Link, worker: str, stop: Waiting, ledger: Path | None = None) -> None:
        """`ledger` is a folder that outlives this process, where each life's fragments are counted."""
        if not names.WORKER_NAME.fullmatch(worker):
            raise UserError(f"worker is '{worker}', but must be up to 64 letters, digits, '_', '.' and '-'")
        self.worker = worker
        self.incarnation = 0
        self._link = link
        self._stop = stop
        self._next_beat = 0.0
        self._longest_wait = POLL[1]
        self._ledger = Ledger(ledger, worker)
        self._kept = KeptFragments()
        self._sent = 0  # fragments that Redis has, or had
        self._generation: bytes | None = None  # of the Redis that has them
        self._before: dict[str, int] = {}  # what earlier lives here have made

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
        """Begin a life of this worker and return its number, from 1. An earlier one will end.

        A Redis that has lost the number of the last one is told it by the ledger.
        """
        self._before = self._ledger.lives()
        known = latest_lives(self._before).get(self.worker, 0)
        while True:
            number = self._link.call(lambda client: client.hincrby(names.INCARNATIONS, self.worker, 1))
            if number > known and self._begin(number):
                break
            known = max(known, number)
            self._link.call(partial(self._tell_life, known))
        self.incarnation = number
        self.beat()
        return self.incarnation

    def start_round(self, arenas: int, quota: int, max_lag: int) -> State | None:
        """Wait until a round of `arenas` fragments may start, reserve their place and return the state.

        Returns None when the training has ended.
        """
        delay = POLL[0]
        while True:
            self.beat()
            if self._kept.made and self._link.call(self._was_emptied):
                self._transmit({})  # first: what the trainer waits for may be here
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

        A Redis that was emptied gets all that no checkpoint has consumed. `seconds` says where this life's
        time has gone so far (only the benchmark reads it), `figures` how this worker does (only `status`
        reads it).
        """
        with contextlib.suppress(OSError):  # the trainer hears of it through Redis, too
            self._ledger.write(self._kept.made + len(messages))
        self._kept.add(messages)
        told: dict[str, str | bytes] = {names.TIMES: json.dumps(dict(seconds or {}))}
        if figures is not None:
            told[names.WORKERS] = figures.to_bytes()
        self._transmit(told)

    def _transmit(self, told: Mapping[str, str | bytes]) -> None:
        """Send what this Redis has not got; with what is `told` of this worker by hash, a round is over."""
        delay = POLL[0]
        while not self._attempt(told):
            self.beat()
            delay = self._pause(delay)

    def _attempt(self, told: Mapping[str, str | bytes]) -> bool:
        life = life_name(self.worker, self.incarnation)

        def command(client: Any) -> bytes | None:
            with client.pipeline(transaction=True) as pipe:
                pipe.watch(names.GENERATION)
                generation: bytes | None = pipe.get(names.GENERATION)
                if generation is None:  # emptied; the trainer will publish again, if it goes on
                    if (pipe.hget(names.STATE, "status") or b"running") != b"running":
                        raise ServerEnded
                    return None
                self._kept.forget(read_number(pipe.hget(names.CONSUMED, life) or b"0"))
                new_there = generation != self._generation
                latest = read_number(pipe.hget(names.INCARNATIONS, self.worker) or b"0")
                pipe.multi()
                for message in self._kept.since(0 if new_there else self._sent):
                    pipe.xadd(names.FRAGMENTS, {names.FIELD: message})
                made = {life: self._kept.made, **(self._before if new_there else {})}
                pipe.hset(names.MADE, mapping=made)
                if latest < self.incarnation:
                    pipe.hset(names.INCARNATIONS, self.worker, self.incarnation)
                for name, value in told.items():
                    pipe.hset(name, self.worker, value)
                if told:
                    pipe.hdel(names.IN_FLIGHT, self.worker)
                pipe.execute()
                return generation

        try:
            generation = self._link.call(command)
        except redis.WatchError:  # Redis went meanwhile, or was published to
            return False
        if generation is None:
            return False
        self._generation, self._sent = generation, self._kept.made
        return True

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

    def _tell_life(self, number: int, client: Any) -> None:
        client.hset(names.INCARNATIONS, self.worker, number)

    def _was_emptied(self, client: Any) -> bool:
        return bool(client.get(names.GENERATION) != self._generation)

    def _begin(self, number: int) -> bool:
        try:
            return self._ledger.begin(number)
        except OSError as error:
            print(f"cannot write the ledger: {why(error)}; Redis alone counts this life", file=sys.stderr)
            return True

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
