"""The reward of `follow`."""

import math

from hypothesis import given
from hypothesis import strategies as st

from object_tracker_agent.rewards import RewardInputs, find_reward
from object_tracker_agent.rewards.inputs import HALF_VIEW

keep_distance = find_reward("keep_distance")
distances = st.floats(0.0, 10.0)
bearings = st.floats(-math.pi, math.pi)


def paid(distance=0.65, bearing=0.0, contacts=0):
    return keep_distance(RewardInputs(distance, distance, distance, bearing, contacts, 0.1))


@given(distances, bearings)
def test_nothing_pays_more_than_following(distance, bearing):
    assert 0.0 <= paid(distance, bearing) <= paid() == 0.1


@given(distances, st.floats(0.01, 1.0), bearings)
def test_nearer_to_the_middle_of_the_range_pays_more(distance, step, bearing):
    if distance >= 0.65:
        assert paid(distance, bearing) > paid(distance + step, bearing)


@given(distances, st.floats(0.0, math.pi - 0.1))
def test_turning_towards_the_burger_pays(distance, away):
    for side in (1, -1):
        assert paid(distance, side * away) >= paid(distance, side * (away + 0.1))


def test_the_edge_of_the_picture_is_a_step():
    assert paid(bearing=HALF_VIEW) > 4 * paid(bearing=HALF_VIEW + 1e-6)


def test_a_contact_costs_more_than_a_second_of_following_pays():
    for contacts in (1, 2, 3):
        assert paid(contacts=contacts) < -10 * paid()
    assert paid(contacts=4) == paid()
