"""Both ends of the transport on a real redis-server: back-pressure, repeats, absences, names taken twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fragments import LAYOUT, RUN_ID
from redis_ends import ARENAS, QUOTA, Server, in_time, messages, policy, trainer_end, worker_end

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_agent.processes import Stop
from object_tracker_agent.training import names
from object_tracker_agent.training.intake import Intake
from object_tracker_agent.training.link import Link
from object_tracker_agent.training.messages import MessageError
from object_tracker_agent.training.worker_end import WorkerEnd, longest_wait

pytestmark = pytest.mark.integration


def test_a_worker_needs_only_the_address(redis_server: Server, never_stop: Any) -> None:
    trainer_end(redis_server, never_stop)
    end = worker_end(redis_server, never_stop)
    message = end.wait_for_run(5)
    assert message.load_preset() == load_preset("approach")
    assert message.seed == 3
    found = end.policy()
    assert found is not None
    assert found.version == 0
    np.testing.assert_array_equal(found.weights["w"], np.zeros(3, np.float32))


def test_waiting_for_a_trainer_ends(redis_server: Server, never_stop: Any) -> None:
    with pytest.raises(UserError, match=r"no trainer came to redis at unix://.* in 0 s; start"):
        worker_end(redis_server, never_stop).wait_for_run(0.2)


def test_back_pressure(redis_server: Server, never_stop: Any) -> None:
    trainer, stop = trainer_end(redis_server, never_stop), Stop()
    worker = worker_end(redis_server, stop)
    box = Intake(RUN_ID, LAYOUT, 1)
    for first in (0, 2, 4):
        assert in_time(worker, stop) is not None
        worker.send(messages(first))
    for first in (6,):  # eight fragments are two updates' worth: the last of them would be one update old
        assert in_time(worker, stop) is not None
        worker.send(messages(first))
    assert in_time(worker, stop) is None

    for message in trainer.read(QUOTA, 1, {}):
        assert box.offer(message, 0)
    trainer.hold(0, training=True)
    assert len(box.take()) == QUOTA
    assert in_time(worker, stop) is None  # an update is under way and another's worth is pending

    trainer.advance(policy(1), {})
    state = in_time(worker, stop)
    assert state is not None
    assert state.version == 1
    assert redis_server.client().xlen(names.FRAGMENTS) == QUOTA  # the used ones are gone, the others are not


def test_many_workers_ask_less_often(redis_server: Server, never_stop: Any) -> None:
    """Else the looks of those that wait would take all of redis-server's time."""
    assert [longest_wait(workers) for workers in (1, 64, 1000, 10_000)] == [0.1, 0.1, 1.0, 2.0]
    trainer_end(redis_server, never_stop)
    redis_server.client().hset(names.INCARNATIONS, mapping={f"other-{i}": 1 for i in range(999)})
    assert worker_end(redis_server, never_stop)._longest_wait == 1.0


def test_dropped_fragments_hold_nobody_up(redis_server: Server, never_stop: Any) -> None:
    trainer, stop = trainer_end(redis_server, never_stop), Stop()
    worker = worker_end(redis_server, stop)
    box = Intake(RUN_ID, LAYOUT, 0)
    worker.send([b"nonsense"] * 8)
    assert in_time(worker, stop, max_lag=0) is None
    for _ in range(2):
        for message in trainer.read(QUOTA, 1, {}):
            box.offer(message, 0)
        trainer.hold(len(box.waiting), training=False)
    assert box.dropped() == {"malformed": 8}
    assert in_time(worker, stop, max_lag=0) is not None


def test_reservations_of_others_count_and_go_with_them(redis_server: Server, never_stop: Any) -> None:
    trainer, stop = trainer_end(redis_server, never_stop), Stop()
    one, two, three = (worker_end(redis_server, stop, name) for name in ("1", "2", "3"))
    assert in_time(one, stop, max_lag=0) is not None
    assert in_time(two, stop, max_lag=0) is not None
    assert in_time(three, stop, max_lag=0) is None  # the two are making all that the update needs
    redis_server.client().delete(names.heartbeat("1"))  # as if it had expired
    assert sorted(trainer.workers()) == ["2", "3"]
    assert in_time(three, stop, max_lag=0) is not None
    two.leave()
    assert trainer.workers() == ["3"]


def test_repeats_are_dropped(redis_server: Server, never_stop: Any) -> None:
    """A reply that got lost makes a worker send its round again."""
    trainer = trainer_end(redis_server, never_stop)
    worker = worker_end(redis_server, never_stop)
    box = Intake(RUN_ID, LAYOUT, 1)
    worker.send(messages(0))
    worker.send(messages(0))
    worker.send(messages(2))
    found = trainer.read(10, 1, {})
    assert [box.offer(message, 0) for message in found] == [True, True, False, False, True, True]
    assert [fragment.sequence for fragment in box.take()] == [0, 1, 2, 3]


def test_a_name_taken_twice(redis_server: Server, never_stop: Any) -> None:
    trainer_end(redis_server, never_stop)
    first, second = (worker_end(redis_server, never_stop, "a") for _ in range(2))
    assert (first.incarnation, second.incarnation) == (1, 2)
    with pytest.raises(UserError, match="another worker has taken the name 'a'"):
        first.start_round(ARENAS, QUOTA, 1)
    assert second.start_round(ARENAS, QUOTA, 1) is not None


def test_one_redis_serves_one_training(redis_server: Server, never_stop: Any) -> None:
    trainer_end(redis_server, never_stop)
    with pytest.raises(UserError, match="serves another training"):
        trainer_end(redis_server, never_stop, run_id="f" * 16)


def test_end_is_told(redis_server: Server, never_stop: Any) -> None:
    trainer, worker = trainer_end(redis_server, never_stop), worker_end(redis_server, never_stop)
    trainer.end("finished")
    assert worker.start_round(ARENAS, QUOTA, 1) is None
    # A worker that comes now waits for the training to be taken up again
    with pytest.raises(UserError, match="no trainer came"):
        worker_end(redis_server, never_stop, "late").wait_for_run(0.2)
    trainer_end(redis_server, never_stop)
    assert worker_end(redis_server, never_stop, "late").wait_for_run(5).seed == 3


def test_bad_names_and_addresses(never_stop: Any) -> None:
    with pytest.raises(UserError, match="redis url 'ftp://x' is not valid"):
        Link("ftp://x", never_stop)
    with pytest.raises(UserError, match="worker is 'a b'"):
        WorkerEnd(Link("unix:///nowhere", never_stop), "a b", never_stop)


def test_numbers_that_somebody_else_wrote(redis_server: Server, never_stop: Any) -> None:
    trainer_end(redis_server, never_stop)
    worker = worker_end(redis_server, never_stop)
    redis_server.client().hset(names.IN_FLIGHT, "x", "many")
    with pytest.raises(MessageError, match="a number in Redis is damaged"):
        worker.start_round(ARENAS, QUOTA, 1)
