"""Actions: rows of a table, or two numbers from -1 to 1."""

import gymnasium
import numpy as np
import pytest

from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.envs.actions import action_space, action_table, make_actions
from object_tracker_agent.errors import UserError

RANGES = {"linear": [0.0, 0.2], "angular": [-1.0, 1.5]}


def test_a_table(approach):
    actions = make_actions(approach)
    assert actions.space == action_space(approach) == gymnasium.spaces.Discrete(6)
    assert np.array_equal(actions.velocities(np.array([5, 0]), 2), [[0.22, 0], [0.1, 0.6]])


def test_ranges(change):
    actions = make_actions(change("actions", RANGES))
    assert actions.space == gymnasium.spaces.Box(-1, 1, (2,), np.float32)
    numbers = np.array([[-1, -1], [1, 1], [0, 0], [5, -5], [0.5, -0.2]], np.float32)
    expected = [[0, -1], [0.2, 1.5], [0.1, 0.25], [0.2, -1], [0.15, 0.0]]
    np.testing.assert_allclose(actions.velocities(numbers, 5), expected, atol=1e-7)


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (np.zeros(2, np.float32), "2 pairs of numbers, not an array of shape"),
        (np.zeros((2, 3), np.float32), "2 pairs of numbers"),
        (np.array([["a", "b"], ["c", "d"]]), "2 pairs of numbers"),
        (np.full((2, 2), np.nan, np.float32), "actions must be finite"),
    ],
)
def test_what_is_no_pair_of_numbers(change, actions, said):
    with pytest.raises(ValueError, match=said):
        make_actions(change("actions", RANGES)).velocities(actions, 2)


def test_a_table_that_is_not_there(change):
    with pytest.raises(UserError, match="preset 'approach' has continuous actions"):
        action_table(change("actions", RANGES))


def test_a_vec_env_with_continuous_actions(kinematic_client, change):
    client = kinematic_client(2)
    env = ObjectTrackerVecEnv(client, change("actions", RANGES))
    assert env.action_space.shape == (2,)
    env.reset()
    env.step(np.array([[1.0, 0.0], [-1.0, -0.2]], np.float32))
    np.testing.assert_allclose(client.waffle[0], [0.02 * np.cos(0.025), 0.02 * np.sin(0.025), 0.025])
    np.testing.assert_allclose(client.waffle[1], [0, 0, 0], atol=1e-8)
