"""The trainer's side of Redis: reads fragments, publishes policies, removes what is durable."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from object_tracker_agent.checkpoints.lives import MOST_LIVES, latest_lives, split_life
from object_tracker_agent.errors import UserError
from object_tracker_agent.training import names
from object_tracker_agent.training.figures import TrainerFigures
from object_tracker_agent.training.link import Link
from object_tracker_agent.training.messages import (
    MAX_RUN_BYTES,
    MessageError,
    PolicyMessage,
    RunMessage,
    State,
    read_bounded,
    read_number,
)

FIGURES_EXPIRY = 7 * 24 * 3600  # [s] long: what is left of it tells a reader, by no clock, how old they are


class TrainerEnd:
    """What the trainer says and hears. Every method waits while Redis is away (see Link)."""

    def __init__(self, link: Link, run: RunMessage) -> None:
        self._link = link
        self._run = run
        self._cursor = b"0"  # of the stream; all that is still in it is read again after a restart
        self._read: list[bytes] = []  # entries read and not yet removed
        self._state = State("running", 0, False, 0)
        self._policy = b""
        self._consumed: Mapping[str, int] = {}  # by the newest durable checkpoint

    def open(self, policy: PolicyMessage, consumed: Mapping[str, int]) -> None:
        """Publish the training, its policy, and what its checkpoint has consumed (Intake.next).

        Raises UserError if this Redis serves another training.
        """
        self._policy, self._consumed = policy.to_bytes(), consumed
        self._state = State("running", policy.version, False, 0)
        self._link.call(lambda client: self._publish_all(client, consumed))

    def read(self, number: int, seconds: float, seen: Mapping[str, int]) -> list[bytes]:
        """Return up to `number` further messages, waiting for the first up to `seconds`.

        A Redis that lost everything gets the training and its policy again; workers then send again what no
        checkpoint has consumed. `seen` are the lives known by now.
        """

        def command(client: Any) -> Any:
            found = client.xread({names.FRAGMENTS: self._cursor}, count=number, block=int(1000 * seconds))
            if not found and not client.exists(names.RUN):
                self._cursor, self._read = b"0", []
                self._publish_all(client, seen)
            return found

        found = self._link.call(command)
        entries = _entries(found)
        if not entries:
            return []
        self._cursor = entries[-1][0]
        self._read += [identity for identity, _ in entries]
        return [values.get(names.FIELD, b"") for _, values in entries]

    def hold(self, waiting: int, *, training: bool) -> None:
        """Say that, but for `waiting` ones, no entry read so far stands in line for an update any more."""
        state = State("running", self._state.version, training, len(self._read) - waiting)
        if state != self._state:
            self._state = state
            self._link.call(lambda client: client.hset(names.STATE, mapping=state.to_hash()))

    def made(self) -> dict[str, int]:
        """Return how many fragments each life says that it has made; what is no such word is left out."""

        def command(client: Any) -> dict[bytes, bytes]:
            found: dict[bytes, bytes] = {}
            return client.hgetall(names.MADE) if client.hlen(names.MADE) <= MOST_LIVES else found

        told = {}
        for name, number in self._link.call(command).items():
            try:
                life = name.decode()
                split_life(life)
                told[life] = read_number(number)
            except (ValueError, MessageError):
                continue
        return told

    def advance(self, policy: PolicyMessage, consumed: Mapping[str, int]) -> None:
        """Publish the policy of a checkpoint that is durable, and remove the entries it has used up."""
        self._policy, self._consumed = policy.to_bytes(), consumed
        self._state = State("running", policy.version, False, 0)

        def command(client: Any) -> None:
            with client.pipeline(transaction=True) as pipe:
                pipe.set(names.POLICY, self._policy)
                pipe.hset(names.STATE, mapping=self._state.to_hash())
                if consumed:
                    pipe.hset(names.CONSUMED, mapping=dict(consumed))
                if self._read:
                    pipe.xdel(names.FRAGMENTS, *self._read)
                pipe.execute()

        self._link.call(command)
        self._read = []

    def tell(self, figures: TrainerFigures) -> None:
        """Say how the training does, for those who look at it."""
        data = figures.to_bytes()
        self._link.call(lambda client: client.set(names.FIGURES, data, ex=FIGURES_EXPIRY))

    def end(self, status: str) -> None:
        """Say that the training is `finished` or `stopped`; workers then end."""
        self._state = State(status, self._state.version, False, 0)
        self._link.call(lambda client: client.hset(names.STATE, mapping=self._state.to_hash()))

    def workers(self) -> list[str]:
        """Return the names of the workers that are alive; what dead ones had reserved is given back."""

        def command(client: Any) -> list[str]:
            known = [name.decode(errors="replace") for name in client.hkeys(names.INCARNATIONS)]
            beats = client.mget([names.heartbeat(name) for name in known]) if known else []
            dead = [name for name, beat in zip(known, beats, strict=True) if beat is None]
            if dead:
                client.hdel(names.IN_FLIGHT, *dead)
            return [name for name in known if name not in dead]

        return self._link.call(command)

    def _publish_all(self, client: Any, lives: Mapping[str, int]) -> None:
        there = read_bounded(client, names.RUN, MAX_RUN_BYTES)
        if there is not None and RunMessage.from_bytes(there).run_id != self._run.run_id:
            raise UserError(
                f"redis at {self._link.url} serves another training; start one of its own for this"
            )
        with client.pipeline(transaction=True) as pipe:
            if there is None and lives:
                # A new or emptied Redis counts the workers' lives on from those that are known
                pipe.hset(names.INCARNATIONS, mapping=latest_lives(lives))
            pipe.delete(names.CONSUMED)  # a checkpoint that was older may be the newest now
            if self._consumed:
                pipe.hset(names.CONSUMED, mapping=dict(self._consumed))
            pipe.set(names.GENERATION, secrets.token_hex(8), nx=there is not None)
            pipe.set(names.POLICY, self._policy)
            pipe.hset(names.STATE, mapping=self._state.to_hash())
            pipe.set(names.RUN, self._run.to_bytes())
            pipe.execute()


def _entries(reply: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    # RESP2 gives a list of [stream, entries], RESP3 a map from stream to entries (one more list around them)
    if not reply:
        return []
    if isinstance(reply, dict):
        (entries,) = reply.values()
        return entries[0] if entries and isinstance(entries[0], list) else entries
    return reply[0][1]
