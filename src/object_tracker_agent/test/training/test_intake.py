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
    assert box.next == {"0/1": 3}
    assert box.account() == {"0/1": {"made": 3, "used": 3}}


def test_workers_do_not_shadow_each_other() -> None:
    box = intake()
    for worker in ("0", "1"):
        assert all(box.offer(message(worker=worker, sequence=s), 4) for s in (0, 1))
    assert box.next == {"0/1": 2, "1/1": 2}


def test_drops_by_policy_lag() -> None:
    box = intake()
    taken = [box.offer(message(sequence=s, policy_version=v), 4) for s, v in enumerate((4, 3, 2, 5))]
    assert taken == [True, True, False, False]
    assert box.dropped() == {"stale": 1, "future": 1}
    assert len(box.take()) == 2
    assert box.account() == {"0/1": {"made": 4, "used": 2, "stale": 1, "future": 1}}


def test_a_worker_that_came_back_begins_anew() -> None:
    box = intake()
    assert box.offer(message(sequence=7), 4)
    assert box.counters["missing"] == 7
    assert box.offer(message(incarnation=2, sequence=0), 4)
    assert box.offer(message(incarnation=1, sequence=8), 4)  # each life counts for itself
    assert len(box.take()) == 3
    assert box.account() == {"0/1": {"made": 9, "missing": 7, "used": 2}, "0/2": {"made": 1, "used": 1}}


def test_what_a_life_that_is_over_has_made_and_not_sent_is_missing() -> None:
    box = intake()
    assert box.offer(message(sequence=0), 4)
    box.settle({"0/1": 5, "1/1": 2})
    assert not box.counters["missing"]  # they may be on their way
    assert box.offer(message(incarnation=2, sequence=0), 4)
    box.settle({"0/1": 5, "0/2": 1, "1/1": 2})
    assert box.counters["missing"] == 4
    assert not box.offer(message(sequence=1), 4)  # too late: it has a fate
    box.take()
    assert box.account() == {
        "0/1": {"made": 5, "missing": 4, "used": 1},
        "0/2": {"made": 1, "used": 1},
        "1/1": {"made": 2},
    }


def test_says_what_became_of_which_fragment() -> None:
    box = intake()
    for number, version in ((0, 4), (1, 4), (4, 4), (5, 1), (6, 4)):
        box.offer(message(sequence=number, policy_version=version), 4)
    assert box.take_fates() == {"missing": {"0/1": [[2, 3]]}, "stale": {"0/1": [[5, 5]]}}  # others still wait
    box.take()
    assert box.take_fates() == {"used": {"0/1": [[0, 1], [4, 4], [6, 6]]}}
    assert box.take_fates() == {}


def test_no_message_makes_a_count_too_large_to_be_written() -> None:
    box = intake()
    assert not box.offer(message(sequence=2**53 - 1), 4)
    assert box.dropped() == {"malformed": 1}
    box.settle({"0/1": 2**53})
    assert box.account()["0/1"]["made"] <= 1_000_000


def test_other_messages_are_dropped() -> None:
    box = intake()
    assert not box.offer(b"hello", 4)
    assert not box.offer(message(run_id="f" * 16), 4)
    assert box.dropped() == {"malformed": 1, "foreign": 1}
    assert box.account() == {}


def test_goes_on_from_a_checkpoint() -> None:
    before = intake()
    before.offer(message(sequence=0), 4)
    before.take()
    after = intake(lives=before.account(), counters=dict(before.counters))
    assert not after.offer(message(sequence=0), 4)  # still in the stream when the trainer was killed
    assert after.offer(message(sequence=1), 4)
    after.take()
    assert after.counters["used"] == 2
    assert after.dropped() == {"duplicate": 1}
