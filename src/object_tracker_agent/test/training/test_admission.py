"""Back-pressure: what a worker makes will be used while it is fresh enough."""

from __future__ import annotations

import itertools
import random

import pytest

from object_tracker_agent.training.admission import may_start_round
from object_tracker_agent.training.messages import State

IDLE = State("running", 3, False, 0)
BUSY = State("running", 3, True, 16)


@pytest.mark.parametrize(
    ("state", "pending", "others", "lag", "allowed"),
    [
        (IDLE, 0, 0, 0, True),
        (IDLE, 8, 0, 0, True),  # completes the update's quota
        (IDLE, 16, 0, 0, False),  # would be used by the update after
        (IDLE, 8, 8, 0, False),  # others are making the rest
        (BUSY, 0, 0, 0, False),  # strictly on-policy: wait for the new policy
        (BUSY, 0, 0, 1, True),  # overlap with the update
        (BUSY, 8, 0, 1, True),
        (BUSY, 16, 0, 1, False),  # an update's worth is pending
        (BUSY, 0, 16, 1, False),
        (BUSY, 16, 0, 2, True),
    ],
)
def test_rule(state: State, pending: int, others: int, lag: int, allowed: bool) -> None:
    assert may_start_round(state, pending, others, 8, 16, lag) is allowed


def test_a_round_larger_than_all_updates_is_not_held_up_for_ever() -> None:
    assert may_start_round(IDLE, 0, 0, 16, 2, 0)
    assert not may_start_round(IDLE, 2, 0, 16, 2, 0)


def test_arenas_that_do_not_divide_an_update_are_not_held_up_for_ever() -> None:
    """Of 16 fragments 15 are there, and a round makes 3: strictly on-policy 2 of them will be too old."""
    assert may_start_round(IDLE, 15, 0, 3, 16, 0)
    assert not may_start_round(IDLE, 15, 3, 3, 16, 0)  # another worker is making them
    assert not may_start_round(BUSY, 15, 0, 3, 16, 0)


@pytest.mark.parametrize(("quota", "lag"), list(itertools.product((4, 16), (0, 1, 3))))
def test_nothing_admitted_becomes_stale(quota: int, lag: int) -> None:
    """Trainer and two equally fast workers in the order a seeded schedule gives: no fragment is too old."""
    schedule = random.Random(5)
    version, training, queue, flying = 0, False, [], {}
    taken: list[int] = []
    for _ in range(4000):
        actor = schedule.choice(["a", "b", "trainer"])
        if actor == "trainer":
            if training:
                version, training = version + 1, False
            elif len(queue) >= quota:
                taken, queue, training = queue[:quota], queue[quota:], True
                assert all(version - v <= lag for v in taken)
        elif actor in flying:
            if actor != next(iter(flying)):
                continue  # only a worker that others overtake can come too late; its fragments are dropped
            queue += [flying.pop(actor)] * 4
        else:
            state = State("running", version, training, 0)
            if may_start_round(state, len(queue), 4 * len(flying), 4, quota, lag):
                flying[actor] = version
    assert version > 50  # and it never got stuck
