"""A killed Redis or trainer loses nothing, and what was made is known all the same."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fragments import LAYOUT, RUN_ID
from redis_ends import QUOTA, Server, in_time, messages, policy, trainer_end, worker_end

from object_tracker_agent.processes import Stop
from object_tracker_agent.training import names
from object_tracker_agent.training.intake import Intake
from object_tracker_agent.training.ledger import read_ledgers
from object_tracker_agent.training.link import Link, ServerEnded
from object_tracker_agent.training.trainer_end import TrainerEnd
from object_tracker_agent.training.worker_end import WorkerEnd

pytestmark = pytest.mark.integration


def test_trainer_that_was_killed_reads_on(redis_server: Server, never_stop: Any) -> None:
    """Killed after its checkpoint but before it could remove what that had used."""
    first, worker = trainer_end(redis_server, never_stop), worker_end(redis_server, never_stop)
    worker.send(messages(0, 6))
    box = Intake(RUN_ID, LAYOUT, 1)
    assert all(box.offer(message, 0) for message in first.read(QUOTA, 1, {}))
    first.hold(0, training=True)
    box.take()

    second = trainer_end(redis_server, never_stop, consumed=box.next)
    later = Intake(RUN_ID, LAYOUT, 1, box.account(), dict(box.counters))
    offered = [later.offer(message, 1) for message in second.read(10, 1, {})]
    assert offered == [False] * 4 + [True] * 2
    assert [fragment.sequence for fragment in later.take()] == [4, 5]
    assert later.counters["used"] == 6
    second.advance(policy(2), later.next)
    assert redis_server.client().xlen(names.FRAGMENTS) == 0


def restarted(server: Server, trainer: TrainerEnd, seen: dict[str, int]) -> None:
    """Kill Redis; it comes back empty, and the trainer publishes again."""
    server.kill()
    restart = threading.Timer(0.5, server.start)
    restart.start()
    assert trainer.read(2, 0.2, seen) == []
    restart.join()


def test_redis_that_lost_everything_is_told_again(redis_server: Server, never_stop: Any) -> None:
    trainer = trainer_end(redis_server, never_stop)
    worker = worker_end(redis_server, never_stop)
    worker.send(messages(0))
    assert len(trainer.read(2, 1, {})) == 2
    trainer.advance(policy(1), {"0/1": 2})
    restarted(redis_server, trainer, {"0/1": 2})
    assert worker.wait_for_run(5).run_id == RUN_ID
    found = worker.policy()
    assert found is not None
    assert found.version == 1
    worker.send(messages(2))
    assert len(trainer.read(10, 1, {})) == 2  # what the checkpoint has consumed does not come again
    # A worker that begins a new life now does not repeat the number of an earlier one
    assert worker_end(redis_server, never_stop).incarnation == 2


def test_what_no_checkpoint_has_consumed_is_sent_again(redis_server: Server, never_stop: Any) -> None:
    trainer, stop = trainer_end(redis_server, never_stop), Stop()
    worker, idle = (worker_end(redis_server, stop, name) for name in ("0", "1"))
    worker.send(messages(0, 4))
    idle.send(messages(0, worker="1"))
    box = Intake(RUN_ID, LAYOUT, 1)
    assert all(box.offer(message, 0) for message in trainer.read(2, 1, {}))
    box.take()
    trainer.advance(policy(1), box.next)
    assert all(box.offer(message, 1) for message in trainer.read(1, 1, {}))  # taken, not yet durable
    restarted(redis_server, trainer, box.next)
    worker.send(messages(4))
    assert in_time(idle, stop) is not None  # asking for a round is enough
    found = trainer.read(10, 1, {})
    assert [box.offer(message, 1) for message in found] == [False, True, True, True, True, True]
    box.take()
    box.settle(trainer.made())
    assert box.account() == {"0/1": {"made": 6, "used": 6}, "1/1": {"made": 2, "used": 2}}
    assert box.dropped() == {"duplicate": 1}


def test_trainer_and_redis_killed_together_lose_nothing(redis_server: Server, never_stop: Any) -> None:
    first, worker = trainer_end(redis_server, never_stop), worker_end(redis_server, never_stop)
    worker.send(messages(0, 6))
    box = Intake(RUN_ID, LAYOUT, 1)
    for message in first.read(2, 1, {}):
        box.offer(message, 0)
    box.take()
    first.advance(policy(1), box.next)
    first.read(3, 1, {})  # these are in an update whose checkpoint is never written
    redis_server.kill()
    redis_server.start()
    second = trainer_end(redis_server, never_stop, consumed=box.next)
    later = Intake(RUN_ID, LAYOUT, 1, box.account(), dict(box.counters))
    worker.send(messages(6))
    assert all(later.offer(message, 1) for message in second.read(10, 1, {}))
    later.take()
    assert later.account() == {"0/1": {"made": 8, "used": 8}}


def test_a_worker_waits_for_a_trainer_that_has_not_come_back(redis_server: Server, never_stop: Any) -> None:
    trainer, stop = trainer_end(redis_server, never_stop), Stop()
    worker = worker_end(redis_server, stop)
    worker.send(messages(0))
    redis_server.kill()
    redis_server.start()
    assert in_time(worker, stop) is None
    trainer.end("finished")
    with pytest.raises(ServerEnded):
        worker.send(messages(2))


def test_the_ledger_tells_what_a_killed_life_has_made(
    redis_server: Server, never_stop: Any, tmp_path: Any
) -> None:
    trainer = trainer_end(redis_server, never_stop)

    def begin(worker: str) -> WorkerEnd:
        end = WorkerEnd(Link(redis_server.url, never_stop, patience=5), worker, never_stop, tmp_path)
        end.register()
        return end

    begin("0").send(messages(0))
    begin("0-1").send(messages(0, worker="0-1"))
    redis_server.client().flushall()  # lost with all that was in it; the worker is killed, too
    trainer.read(2, 0.1, {})
    second = begin("0")
    assert second.incarnation == 2  # although nobody told Redis of the first
    second.send(messages(0, incarnation=2))
    assert trainer.made() == {"0/1": 2, "0/2": 2}
    assert read_ledgers(tmp_path) == {"0/1": 2, "0/2": 2, "0-1/1": 2}
    (tmp_path / "some-thing").write_text("else")
    (tmp_path / "0-3").write_text("nonsense")
    assert read_ledgers(tmp_path) == {"0/1": 2, "0/2": 2, "0-1/1": 2}


def test_a_folder_that_cannot_be_written_stops_no_worker(
    redis_server: Server, never_stop: Any, tmp_path: Any
) -> None:
    trainer = trainer_end(redis_server, never_stop)
    (tmp_path / "file").write_text("")
    link = Link(redis_server.url, never_stop, patience=5)
    worker = WorkerEnd(link, "0", never_stop, tmp_path / "file" / "ledger")
    worker.register()
    worker.send(messages(0))
    assert trainer.made() == {"0/1": 2}


def test_what_is_no_account_in_redis_is_left_out(redis_server: Server, never_stop: Any) -> None:
    trainer = trainer_end(redis_server, never_stop)
    odd = {"x": 1, "a/0": 1, "a/1/": 3, "a/2": "many", "a/3": 2**60, b"\xff/1": 1, "a/4": 7}
    redis_server.client().hset(names.MADE, mapping=odd)
    assert trainer.made() == {"a/4": 7}
