"""The account of fragments: each used once, or dropped once with a reason."""

from __future__ import annotations

from fragments import LAYOUT, RUN_ID, sound_fragment

from object_tracker_agent.training.fragment_codec import encode
from object_tracker_agent.training.intake import Intake


def message(**changes: object) -> bytes:
    return encode(sound_fragment(**changes), LAYOUT)


def intake(**options: object) -> Intake:
    return Intake(RUN_ID, LAYOUT, 1, **options)  # type: ignore[arg-type]


def test_takes_each_sequence_number_once() -> None:
    box = intake()
    assert [box.offer(message(sequence=s), 4) for s in (0, 1, 1, 0, 2)] == [True, True, False, False, True]
    assert [fragment.sequence for fragment in box.take()] == [0, 1, 2]
    assert box.take() == []
    assert box.counters["used"] == 3
    assert box.dropped() == {"duplicate": 2}
    assert box.consumed == {"0": [1, 2]}


def test_workers_do_not_shadow_each_other() -> None:
    box = intake()
    for worker in ("0", "1"):
        assert all(box.offer(message(worker=worker, sequence=s), 4) for s in (0, 1))
    assert box.consumed == {"0": [1, 1], "1": [1, 1]}


def test_drops_by_policy_lag() -> None:
    box = intake()
    taken = [box.offer(message(sequence=s, policy_version=v), 4) for s, v in enumerate((4, 3, 2, 5))]
    assert taken == [True, True, False, False]
    assert box.dropped() == {"stale": 1, "future": 1}
    assert box.consumed == {"0": [1, 3]}  # dropped ones are accounted for


def test_a_worker_that_came_back_begins_anew() -> None:
    box = intake()
    assert box.offer(message(sequence=7), 4)
    assert box.counters["missing"] == 7
    assert box.offer(message(incarnation=2, sequence=0), 4)
    assert not box.offer(message(incarnation=1, sequence=8), 4)
    assert box.dropped() == {"superseded": 1}
    assert box.consumed == {"0": [2, 0]}


def test_other_messages_are_dropped() -> None:
    box = intake()
    assert not box.offer(b"hello", 4)
    assert not box.offer(message(run_id="f" * 16), 4)
    assert box.dropped() == {"malformed": 1, "foreign": 1}
    assert box.consumed == {}


def test_goes_on_from_a_checkpoint() -> None:
    before = intake()
    before.offer(message(sequence=0), 4)
    before.take()
    after = intake(consumed=before.consumed, counters=dict(before.counters))
    assert not after.offer(message(sequence=0), 4)  # still in the stream when the trainer was killed
    assert after.offer(message(sequence=1), 4)
    after.take()
    assert after.counters["used"] == 2
    assert after.dropped() == {"duplicate": 1}
