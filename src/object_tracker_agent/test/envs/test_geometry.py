"""Distance and bearing against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_tracker_agent.envs.geometry import distance_and_bearing


def pose(x, y, yaw, z=0.0):
    return np.array([[x, y, z, 0, 0, math.sin(yaw / 2), math.cos(yaw / 2)]])


def test_the_start_of_the_task():
    distance, bearing = distance_and_bearing(pose(0, 0, 0), pose(3.5, 1, 0))
    assert distance == pytest.approx(math.hypot(3.5, 1))
    assert bearing == pytest.approx(math.atan2(1, 3.5))  # to the left: positive


def test_height_does_not_count():
    distance, _ = distance_and_bearing(pose(0, 0, 0, z=0.1), pose(3, 4, 0, z=2))
    assert distance == pytest.approx(5)


coordinates = st.floats(-10, 10)


@given(coordinates, coordinates, st.floats(-3.1, 3.1), st.floats(0.1, 5), st.floats(-3.1, 3.1))
def test_a_burger_put_at_a_bearing_is_seen_at_it(x, y, yaw, distance, bearing):
    burger = pose(x + distance * math.cos(yaw + bearing), y + distance * math.sin(yaw + bearing), 1.0)
    found_distance, found_bearing = distance_and_bearing(pose(x, y, yaw), burger)
    assert found_distance == pytest.approx(distance, rel=1e-9)
    assert math.remainder(found_bearing[0] - bearing, 2 * math.pi) == pytest.approx(0, abs=1e-9)
