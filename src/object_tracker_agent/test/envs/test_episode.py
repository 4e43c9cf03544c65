"""When episodes end, and what they pay."""

import math

import pytest

from object_tracker_agent.envs.episode import Episode
from object_tracker_agent.errors import UserError
from object_tracker_agent.rewards import find_reward


@pytest.fixture
def begin(approach):
    def begin(start_distance=3.5, reward="inverse_distance", max_steps=1000):
        from dataclasses import replace

        return Episode(replace(approach.task, max_steps=max_steps), find_reward(reward), start_distance)

    return begin


@pytest.mark.parametrize(
    ("distance", "terminated", "success"),
    [
        (0.199, True, True),
        (0.2, False, False),
        (3.0, False, False),
        (5.0, False, False),
        (5.001, True, False),
    ],
)
def test_success_and_loss_terminate(begin, distance, terminated, success):
    outcome = begin().step(distance, 0.0, 0)
    assert (outcome.terminated, outcome.success, outcome.truncated) == (terminated, success, False)
    assert outcome.ended == terminated
    assert outcome.distance == distance


def test_the_time_limit_truncates(begin):
    episode = begin(max_steps=3)
    ends = [episode.step(3.0, 0.0, 0) for _ in range(3)]
    assert [outcome.truncated for outcome in ends] == [False, False, True]
    assert not any(outcome.terminated for outcome in ends)
    assert [outcome.steps for outcome in ends] == [1, 2, 3]


def test_an_arrival_in_the_last_step_is_a_success(begin):
    outcome = begin(max_steps=1).step(0.1, 0.0, 0)
    assert (outcome.terminated, outcome.truncated, outcome.success) == (True, False, True)


def test_the_start_counts_as_the_first_minimum(begin):
    assert begin(reward="upstream").step(3.5, 0.0, 0).reward == 0
    assert begin(reward="upstream").step(2.0, 0.0, 0).reward == pytest.approx(2.5)


def test_rewards_add_up(begin):
    episode = begin()
    for distance in (3.0, 3.2, 2.5, 2.9, 1.0):
        outcome = episode.step(distance, 0.0, 0)
    assert outcome.total_reward == pytest.approx(10 * math.log(3.5 / 1.0))
    assert outcome.reward == pytest.approx(10 * math.log(2.5 / 1.0))


def test_rewards_are_given_what_they_are_promised(approach):
    seen = []
    episode = Episode(approach.task, lambda inputs: seen.append(inputs) or 0.0, 3.5)
    episode.step(3.0, 0.25, 1)
    episode.step(3.2, -0.5, 0)
    episode.step(2.0, 0.0, 2)
    assert [i.distance for i in seen] == [3.0, 3.2, 2.0]
    assert [i.previous_distance for i in seen] == [3.5, 3.0, 3.2]
    assert [i.minimum_distance for i in seen] == [3.5, 3.0, 3.0]
    assert [i.bearing for i in seen] == [0.25, -0.5, 0.0]
    assert [i.contacts for i in seen] == [1, 0, 2]
    assert {i.step_time for i in seen} == {0.1}


@pytest.mark.parametrize("paid", [math.nan, math.inf])
def test_a_reward_that_is_no_number(approach, paid):
    episode = Episode(approach.task, lambda inputs: paid, 3.5)
    with pytest.raises(UserError, match=f"the preset's reward gave {paid}, not a finite number, for"):
        episode.step(3.0, 0.25, 0)


def test_an_interruption_truncates_and_pays_nothing(begin):
    episode = begin()
    before = episode.step(3.0, 0.0, 0)
    outcome = episode.interrupt("the simulator was restarted")
    assert (outcome.terminated, outcome.truncated, outcome.success) == (False, True, False)
    assert outcome.reward == 0
    assert outcome.total_reward == before.total_reward
    assert outcome.distance == 3.0
    assert outcome.steps == 2
    assert outcome.interrupted == "the simulator was restarted"
