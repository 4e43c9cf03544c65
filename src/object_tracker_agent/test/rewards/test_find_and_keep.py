"""The reward of `follow_hard`."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_tracker_agent.rewards import RewardInputs, find_reward

find_and_keep = find_reward("find_and_keep")
keep_distance = find_reward("keep_distance")
states = st.tuples(st.floats(0.0, 5.0), st.floats(-math.pi, math.pi))  # distance [m], bearing [rad]


def inputs(before, after, contacts=0):
    return RewardInputs(
        distance=after[0],
        previous_distance=before[0],
        minimum_distance=0.0,
        bearing=after[1],
        contacts=contacts,
        step_time=0.1,
        previous_bearing=before[1],
    )


def beyond_keeping(path):
    """Return what a path of states pays more than keep_distance."""
    steps = [inputs(before, after) for before, after in pairwise(path)]
    return sum(find_and_keep(step) - keep_distance(step) for step in steps)


@given(st.lists(states, min_size=2, max_size=20))
def test_going_round_in_circles_collects_nothing(path):
    assert beyond_keeping([*path, path[0]]) == pytest.approx(0.0, abs=1e-9)


@given(states, states, st.lists(states, max_size=10))
def test_the_way_between_does_not_matter(start, end, between):
    assert beyond_keeping([start, *between, end]) == pytest.approx(beyond_keeping([start, end]), abs=1e-9)


def discounted_beyond_keeping(path, gamma):
    """Return the same as a learner that discounts by `gamma` sees it."""
    return sum(gamma**step * beyond_keeping(pair) for step, pair in enumerate(pairwise(path)))


@given(st.lists(states, min_size=2, max_size=20), st.floats(0.5, 1.0))
def test_discounted_no_way_pays_more_than_going_straight_to_the_place(path, gamma):
    place = (0.65, 0.0)
    assert discounted_beyond_keeping(path, gamma) <= beyond_keeping([path[0], place]) + 1e-9


@given(st.lists(states, min_size=2, max_size=20), st.floats(0.5, 1.0))
def test_discounted_it_is_shaping_by_the_potential_and_a_cost(path, gamma):
    """As its docstring says; `potential` is that of Ng, Harada and Russell."""
    potential = [-0.5 * abs(bearing) - 2.0 * abs(distance - 0.65) for distance, bearing in path]
    shaping = gamma ** (len(path) - 1) * potential[-1] - potential[0]
    cost = sum(gamma**step * (1.0 - gamma) * -after for step, after in enumerate(potential[1:]))
    assert discounted_beyond_keeping(path, gamma) == pytest.approx(shaping - cost, abs=1e-9)


def test_standing_still_pays_what_keeping_the_distance_does():
    for state in ((0.65, 0.0), (0.3, 0.5), (3.0, -2.0)):
        step = inputs(state, state)
        assert find_and_keep(step) == keep_distance(step)


def test_a_lost_burger_is_worth_turning_to_and_driving_to():
    lost = (3.0, 2.0)
    turned, nearer = (3.0, 1.91), (2.974, 2.0)
    stayed = find_and_keep(inputs(lost, lost))
    for better in (turned, nearer):
        assert find_and_keep(inputs(lost, better)) > stayed + 0.04
    # keep_distance alone hardly tells them apart
    assert keep_distance(inputs(lost, nearer)) < keep_distance(inputs(lost, lost)) + 0.001


def test_too_near_is_worth_backing_out_of():
    near = (0.35, 0.0)
    assert find_and_keep(inputs(near, (0.363, 0.0))) > find_and_keep(inputs(near, near)) + 0.02


def test_contacts_cost_as_in_keep_distance():
    state = (0.2, 0.0)
    step = inputs(state, state, contacts=1)
    assert find_and_keep(step) == keep_distance(step) < -1.9
