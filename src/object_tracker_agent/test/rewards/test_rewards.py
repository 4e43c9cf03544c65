"""Rewards against their closed forms."""

import dataclasses
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_tracker_agent.rewards import RewardInputs, find_reward

inverse_distance = find_reward("inverse_distance")
upstream = find_reward("upstream")


def inputs(distance, minimum, previous=None):
    return RewardInputs(
        distance=distance,
        previous_distance=minimum if previous is None else previous,
        minimum_distance=minimum,
        bearing=0.0,
        contacts=0,
        step_time=0.1,
    )


def rewards(reward, path):
    """Rewards of an episode in which the distances were `path`, the start first."""
    minimum, paid = path[0], []
    for previous, distance in itertools.pairwise(path):
        paid.append(reward(inputs(distance, minimum, previous)))
        minimum = min(minimum, distance)
    return paid


@pytest.mark.parametrize("reward", [inverse_distance, upstream])
def test_only_a_new_minimum_pays(reward):
    assert reward(inputs(2.0, 1.5, previous=2.5)) == 0  # nearer than before, but not than ever
    assert reward(inputs(1.5, 1.5)) == 0
    assert reward(inputs(1.4, 1.5)) > 0


def test_inverse_distance_is_ten_over_d_per_metre():
    assert inverse_distance(inputs(1.0, 2.0)) == pytest.approx(10 * math.log(2))
    small = 1e-6
    assert inverse_distance(inputs(0.5 - small, 0.5)) / small == pytest.approx(10 / 0.5, rel=1e-4)


def test_upstream_is_ten_over_d_squared():
    assert upstream(inputs(2.0, 3.0)) == pytest.approx(2.5)
    assert upstream(inputs(0.25, 0.26)) == pytest.approx(160)


@pytest.mark.parametrize(
    ("contacts", "burger", "world"),
    [
        (0, False, False),
        (1, True, False),
        (2, False, True),
        (3, True, True),
        (4, False, False),
        (5, True, False),
    ],
)
def test_contacts_in_words(contacts, burger, world):
    found = dataclasses.replace(inputs(1.0, 1.0), contacts=contacts)
    assert (found.touches_burger, found.touches_world) == (burger, world)


distances = st.lists(st.floats(0.05, 5.0), min_size=2, max_size=60)


@given(distances)
def test_inverse_distance_adds_up_to_how_near_one_got(path):
    assert sum(rewards(inverse_distance, path)) == pytest.approx(10 * math.log(path[0] / min(path)), abs=1e-9)


@given(distances)
def test_upstream_adds_up_over_the_new_minima(path):
    new_minima = [d for i, d in enumerate(path) if i and d < min(path[:i])]
    assert sum(rewards(upstream, path)) == pytest.approx(sum(10 / d**2 for d in new_minima))


def test_a_slow_spiral_is_worth_more_to_upstream_only():
    arriving = [3.5, 2.0, 0.5]
    spiral = [3.5 - 0.003 * i for i in range(1001)]  # ends at 0.5, too
    assert sum(rewards(upstream, spiral)) > 50 * sum(rewards(upstream, arriving))
    assert sum(rewards(inverse_distance, spiral)) == pytest.approx(sum(rewards(inverse_distance, arriving)))


@pytest.mark.parametrize("reward", [inverse_distance, upstream])
def test_finite_at_distance_zero(reward):
    assert math.isfinite(reward(inputs(0.0, 0.1)))
    assert reward(inputs(0.0, 0.0)) == 0
