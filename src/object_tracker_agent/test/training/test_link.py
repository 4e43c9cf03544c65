"""How long Redis is waited for: one that is away, full, stopped or elsewhere."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from redis_ends import ARENAS, QUOTA, Server, policy, trainer_end, worker_end

from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import Stop
from object_tracker_agent.training.link import Link, ServerEnded, Stopped
from object_tracker_agent.training.messages import State
from object_tracker_agent.training.redis_access import RedisAccess

pytestmark = pytest.mark.integration


def test_redis_that_stays_away(redis_server: Server, never_stop: Any) -> None:
    link = Link(redis_server.url, never_stop, patience=0.5)
    redis_server.kill()
    begun = time.monotonic()
    with pytest.raises(UserError, match=r"redis at unix://.* has not answered for 0 s|for 1 s") as caught:
        link.call(lambda client: client.ping())
    assert 0.5 < time.monotonic() - begun < 5
    assert "\n" not in str(caught.value)


def test_redis_without_memory_is_waited_for(redis_server: Server, never_stop: Any) -> None:
    """It has some again once the trainer has removed what it has used."""
    client, said = redis_server.client(), []
    link = Link(redis_server.url, never_stop, patience=30, say=said.append)
    client.config_set("maxmemory", 1)
    threading.Timer(4, lambda: redis_server.client().config_set("maxmemory", 0)).start()
    assert link.call(lambda client: client.set("a", b"b"))
    assert "warning: redis at unix://" in said[0]
    assert "trying on, at most" in said[0]
    assert said[-1].endswith("is there again")


@pytest.mark.parametrize(("url", "seconds"), [("unix:///x", 180), ("redis://[::1]", 180), ("redis://a", 300)])
def test_a_redis_elsewhere_is_waited_for_longer(never_stop: Any, url: str, seconds: float) -> None:
    """A network may be cut for a minute, with a margin."""
    assert Link(RedisAccess(url, insecure=True), never_stop)._patience == seconds


def test_a_stop_ends_the_wait_for_redis(redis_server: Server) -> None:
    stop = Stop()
    link = Link(redis_server.url, stop, patience=60)
    redis_server.kill()
    threading.Timer(0.3, stop.request).start()
    begun = time.monotonic()
    with pytest.raises(Stopped):
        link.call(lambda client: client.ping())
    assert time.monotonic() - begun < 5


def test_redis_that_goes_while_a_round_is_asked_for(
    redis_server: Server, never_stop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """redis-py calls a connection that is lost between WATCH and EXEC a WatchError."""
    trainer, worker = trainer_end(redis_server, never_stop), worker_end(redis_server, never_stop)
    read, seen = State.from_hash, []

    def read_and_kill(values: Any) -> State:
        seen.append(values)
        if len(seen) == 1:  # between WATCH and EXEC
            redis_server.kill()
            redis_server.start()
            trainer.open(policy(1), {})
        return read(values)

    monkeypatch.setattr(State, "from_hash", read_and_kill)
    state = worker.start_round(ARENAS, QUOTA, 1)
    assert state is not None
    assert state.version == 1
    assert len(seen) == 2


def test_a_server_that_was_stopped_is_the_end(redis_server: Server, never_stop: Any) -> None:
    link = Link(redis_server.url, never_stop, patience=60, ends_with_server=True)
    other = Link(redis_server.url, never_stop, patience=0.5)
    assert link.call(lambda client: client.ping())
    redis_server.kill()  # leaves its socket behind: it may come back
    threading.Timer(0.5, redis_server.start).start()
    assert link.call(lambda client: client.ping())
    redis_server.stop()
    with pytest.raises(ServerEnded):
        link.call(lambda client: client.ping())
    with pytest.raises(UserError, match="has not answered"):
        other.call(lambda client: client.ping())
    # One that has not been there yet may still come
    early = Link(redis_server.url, never_stop, patience=60, ends_with_server=True)
    threading.Timer(0.5, redis_server.start).start()
    assert early.call(lambda client: client.ping())
