"""A Redis in which somebody has put other things: refused in one line by both ends, whatever it is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fragments import LAYOUT, RUN_ID, sound_fragment

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_agent.rendezvous.search import Search
from object_tracker_agent.training import names
from object_tracker_agent.training.fragment_codec import encode
from object_tracker_agent.training.intake import Intake
from object_tracker_agent.training.link import Link
from object_tracker_agent.training.messages import MAX_RUN_BYTES, PolicyMessage, RunMessage, read_bounded
from object_tracker_agent.training.redis_access import RedisAccess
from object_tracker_agent.training.trainer_end import TrainerEnd
from object_tracker_agent.training.worker_end import WorkerEnd

pytestmark = pytest.mark.integration
KEYS = sorted(
    {value for value in vars(names).values() if isinstance(value, str) and value.startswith(names.PREFIX)}
)
KEYS.remove(names.PREFIX)
CONTENTS: dict[str, Callable[[Any, str], object]] = {
    "string": lambda client, key: client.set(key, b"\xff" * 100),
    "empty": lambda client, key: client.set(key, b""),
    "list": lambda client, key: client.rpush(key, b"\xff"),
    "set": lambda client, key: client.sadd(key, b"\xff"),
    "sorted set": lambda client, key: client.zadd(key, {b"\xff": 1}),
    "hash": lambda client, key: client.hset(key, b"\xff\n", b"\xff" * 1000),
    "huge hash": lambda client, key: client.hset(key, "0", b"9" * (4 << 20)),
    "stream": lambda client, key: client.xadd(key, {b"\xff": b"\xff"}),
    "huge stream": lambda client, key: client.xadd(key, {names.FIELD: bytes(2 << 20)}),
    "JSON": lambda client, key: client.set(key, b"[" * 100_000),
    "huge string": lambda client, key: client.setrange(key, 2 << 20, b"x"),
}


class Ends:
    """Both ends of a training, each of whose words may be refused."""

    def __init__(self, server: Any, stop: Any) -> None:
        self._server, self._stop = server, stop
        self._run = RunMessage(RUN_ID, 3, 1000, load_preset("approach").to_dict(), 1)
        self._policy = PolicyMessage(RUN_ID, 0, {"w": np.zeros(3, np.float32)})
        self.trainer = TrainerEnd(self._link(), self._run)
        self.trainer.open(self._policy, {})
        self.worker = WorkerEnd(self._link(), "0", stop)
        self.worker.register()
        self.intake = Intake(RUN_ID, LAYOUT, 1)

    def _link(self) -> Link:
        return Link(self._server.url, self._stop, patience=5)

    def speak(self) -> list[str]:
        """Have both say everything they ever say; return the refusals."""
        message = encode(sound_fragment(sequence=0, policy_version=0), LAYOUT)

        def search() -> object:
            return Search(self._stop, None, say=lambda line: None).wait(
                RedisAccess(self._server.url), 0.0, 0.0
            )

        words: list[Callable[[], object]] = [
            search,
            lambda: self.worker.wait_for_run(0.0),
            self.worker.policy,
            self.worker.register,
            lambda: self.worker.send([message]),
            lambda: [self.intake.offer(data, 0) for data in self.trainer.read(10, 0.05, {})],
            lambda: self.trainer.hold(0, training=True),
            self.trainer.workers,
            lambda: self.trainer.advance(self._policy, {}),
            lambda: self.trainer.open(self._policy, {"0/1": 1}),
            self.trainer.made,
            lambda: self.trainer.end("stopped"),
            lambda: self.worker.start_round(1, 4, 1),
            self.worker.leave,
        ]
        refused = []
        for word in words:
            try:
                word()
            except UserError as error:
                refused.append(str(error))
        return refused


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("key", [*KEYS, names.heartbeat("0")])
def test_a_key_that_holds_something_else(redis_server: Any, never_stop: Any, key: str, content: str) -> None:
    ends = Ends(redis_server, never_stop)
    client = redis_server.client()
    client.delete(key)
    CONTENTS[content](client, key)
    for line in ends.speak():
        assert "\n" not in line
        assert len(line) < 500


def test_no_more_is_fetched_than_shows_that_it_is_too_large(redis_server: Any) -> None:
    client = redis_server.client()
    client.setrange(names.RUN, 64 << 20, b"x")
    data = read_bounded(client, names.RUN, MAX_RUN_BYTES)
    assert data is not None
    assert len(data) == MAX_RUN_BYTES + 1
    with contextlib.suppress(UserError):
        RunMessage.from_bytes(data)
        pytest.fail("too large")
