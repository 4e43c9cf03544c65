"""When an episode has reached its goal, and when it cannot any more."""

from dataclasses import replace

import pytest

from object_tracker_agent.envs.episode import Episode
from object_tracker_agent.presets import load_preset
from object_tracker_agent.rewards import find_reward

SETTLE, STEPS = 100, 600


@pytest.fixture
def play():
    task = load_preset("follow").task

    def play(steps=STEPS, *, at=lambda step: (0.65, 0.0, 0), **changes):
        """Return an episode's outcomes; step 1, 2, … ends with distance, bearing, contacts `at(step)`."""
        episode = Episode(replace(task, **changes), find_reward("keep_distance"), 0.8)
        return [episode.step(*at(step)) for step in range(1, steps + 1)]

    return play


def test_followed_to_the_end(play):
    outcomes = play()
    assert not any(outcome.ended for outcome in outcomes[:-1])
    last = outcomes[-1]
    assert (last.truncated, last.terminated, last.success) == (True, False, True)
    assert last.total_reward == pytest.approx(60.0)  # all there is to have: 1 per second


@pytest.mark.parametrize(
    ("away", "success"), [(50, True), (51, False)], ids=["90 % of the 500 steps that count", "one less"]
)
@pytest.mark.parametrize("where", [(0.29, 0.0), (1.01, 0.0), (0.65, 0.55), (0.65, -0.55)])
def test_nine_tenths_of_the_time(play, away, success, where):
    outcomes = play(at=lambda step: (*where, 0) if SETTLE < step <= SETTLE + away else (0.65, 0.0, 0))
    assert outcomes[-1].success is success


@pytest.mark.parametrize("where", [(0.3, 0.54), (1.0, -0.54)])
def test_the_limits_themselves_count(play, where):
    assert play(at=lambda step: (*where, 0))[-1].success


def test_the_first_ten_seconds_do_not_count(play):
    assert play(at=lambda step: (2.5, 3.0, 0) if step <= SETTLE else (0.65, 0.0, 0))[-1].success


@pytest.mark.parametrize("contacts", [1, 2, 3, 7])
def test_a_contact_of_the_waffle_ends_it(play, contacts):
    last = play(5, at=lambda step: (0.65, 0.0, contacts if step == 5 else 0))[-1]
    assert (last.terminated, last.truncated, last.success) == (True, False, False)
    assert last.reward < -1.5


def test_what_the_burger_touches_is_its_own_affair(play):
    assert not play(5, at=lambda step: (0.65, 0.0, 4))[-1].ended


def test_a_lost_burger_ends_it(play):
    last = play(1, at=lambda step: (3.01, 0.0, 0))[-1]
    assert (last.terminated, last.success) == (True, False)
