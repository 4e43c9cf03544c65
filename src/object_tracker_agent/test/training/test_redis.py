"""Both ends of the transport on a real redis-server: back-pressure, repeats, absences, names taken twice."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import Any

import numpy as np
import pytest
from fragments import LAYOUT, RUN_ID, sound_fragment

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_agent.processes import Stop
from object_tracker_agent.training import names
from object_tracker_agent.training.fragment_codec import encode
from object_tracker_agent.training.intake import Intake
from object_tracker_agent.training.ledger import read_ledgers
from object_tracker_agent.training.link import Link, ServerEnded, Stopped
from object_tracker_agent.training.messages import MessageError, PolicyMessage, RunMessage, State
from object_tracker_agent.training.redis_access import RedisAccess
from object_tracker_agent.training.trainer_end import TrainerEnd
from object_tracker_agent.training.worker_end import WorkerEnd, longest_wait

pytestmark = pytest.mark.integration
QUOTA, ARENAS = 4, 2
Server = Any


def policy(version: int) -> PolicyMessage:
    return PolicyMessage(RUN_ID, version, {"w": np.full(3, version, np.float32)})


def trainer_end(
    server: Server, stop: Any, run_id: str = RUN_ID, consumed: dict[str, int] | None = None
) -> TrainerEnd:
    preset = load_preset("approach").to_dict()
    end = TrainerEnd(Link(server.url, stop, patience=5), RunMessage(run_id, 3, 1000, preset, 1))
    end.open(policy(0), consumed or {})
    return end


def worker_end(server: Server, stop: Any, worker: str = "0") -> WorkerEnd:
    end = WorkerEnd(Link(server.url, stop, patience=5), worker, stop)
    end.register()
    return end


def messages(first: int, number: int = ARENAS, version: int = 0, **changes: Any) -> list[bytes]:
    return [
        encode(sound_fragment(sequence=first + i, policy_version=version, **changes), LAYOUT)
        for i in range(number)
    ]


def in_time(end: WorkerEnd, stop: Stop, max_lag: int = 1) -> State | None:
    """Return what start_round says, None if it is still waiting after a moment."""
    answers: list[State | None] = []

    def ask() -> None:
        with contextlib.suppress(Stopped):
            answers.append(end.start_round(ARENAS, QUOTA, max_lag))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(0.4)
    stop.request()
    thread.join()
    stop._event.clear()
    return answers[0] if answers else None


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


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"nul",
        b'{"run_id": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 1, "run_id": "x"}',
    ],
)
def test_messages_that_are_none(data: bytes) -> None:
    with pytest.raises(MessageError):
        RunMessage.from_bytes(data)
    with pytest.raises(MessageError):
        PolicyMessage.from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": "x"}, {"seed": -1}, {"seed": 2**31}, {"seed": True}, {"total_steps": 0}, {"world": ""},
        {"world": "a\nb"}, {"world": 3}, {"arenas": 0}, {"arenas": 17}, {"max_policy_lag": 10**9},
        {"preset": []}, {"more": 1}, {"format": 2}, {"world": "x" * 5000},
    ],
    ids=str,
)  # fmt: skip
def test_a_run_out_of_range_is_refused(change: dict[str, Any]) -> None:
    message = RunMessage(RUN_ID, 3, 1000, {}, 1, "empty", 4)
    assert RunMessage.from_bytes(message.to_bytes()) == message
    with pytest.raises(MessageError):
        RunMessage.from_bytes(json.dumps(json.loads(message.to_bytes()) | change).encode())


@pytest.mark.parametrize(
    "change",
    [
        {b"status": b"odd"}, {b"status": b"\xff"}, {b"version": b"-1"}, {b"version": b"9" * 17},
        {b"training": b"2"}, {b"held": b"1e3"}, {b"held": b""}, {b"version": "\u0663".encode()},
    ],
    ids=str,
)  # fmt: skip
def test_a_state_that_is_none_is_refused(change: dict[bytes, bytes]) -> None:
    good = {b"status": b"running", b"version": b"3", b"training": b"1", b"held": b"-4"}
    assert State.from_hash(good) == State("running", 3, True, -4)
    with pytest.raises(MessageError):
        State.from_hash(good | change)
    with pytest.raises(MessageError):
        State.from_hash({})


def test_numbers_that_somebody_else_wrote(redis_server: Server, never_stop: Any) -> None:
    trainer_end(redis_server, never_stop)
    worker = worker_end(redis_server, never_stop)
    redis_server.client().hset(names.IN_FLIGHT, "x", "many")
    with pytest.raises(MessageError, match="a number in Redis is damaged"):
        worker.start_round(ARENAS, QUOTA, 1)


def test_a_damaged_policy_is_refused() -> None:
    good = policy(3).to_bytes()
    assert PolicyMessage.from_bytes(good).version == 3
    for place in range(0, len(good)):
        changed = bytearray(good)
        changed[place] ^= 0x10
        try:
            found = PolicyMessage.from_bytes(bytes(changed))
        except MessageError:
            continue
        # Only the run's id and the version have no checksum of their own
        np.testing.assert_array_equal(found.weights["w"], np.full(3, 3, np.float32))
