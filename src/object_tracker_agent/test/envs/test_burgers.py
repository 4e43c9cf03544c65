"""The Burgers' commands in all arenas."""

from dataclasses import replace

import numpy as np
import pytest

from object_tracker_agent.envs import burgers as module
from object_tracker_agent.envs.burgers import Burgers
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Burger, load_preset


def poses(arenas, x):
    rows = np.zeros((arenas, 7))
    rows[:, 0], rows[:, 6] = x, 1.0
    return rows


@pytest.fixture
def follow():
    return load_preset("follow")


def played(burgers, arenas, steps=100):
    return np.stack([burgers.commands(poses(arenas, 0.0), poses(arenas, 1.0)) for _ in range(steps)])


def test_it_is_the_episode_and_not_the_arena(follow):
    burgers, alone = Burgers(follow, 3), Burgers(follow, 1)
    for arena, seed in enumerate((7, 8, 7)):
        burgers.begin(arena, seed)
    alone.begin(0, 7)
    commands = played(burgers, 3)
    np.testing.assert_array_equal(commands[:, 0], commands[:, 2])
    np.testing.assert_array_equal(commands[:, 0], played(alone, 1)[:, 0])
    assert (commands[:, 0] != commands[:, 1]).any()


def test_a_motion_that_gives_no_number(follow, monkeypatch):
    monkeypatch.setattr(module, "find_motion", lambda name: lambda generator: lambda inputs: (0.1, np.nan))
    burgers = Burgers(follow, 1)
    burgers.begin(0, 7)
    with pytest.raises(UserError, match="motion 'wander' gave velocities that are not finite"):
        played(burgers, 1)


def test_a_new_episode_begins_anew(follow):
    burgers = Burgers(follow, 1)
    burgers.begin(0, 7)
    first = played(burgers, 1)
    burgers.begin(0, 7)
    np.testing.assert_array_equal(played(burgers, 1), first)


def test_still(follow):
    burgers = Burgers(replace(follow, burger=Burger()), 2)
    burgers.begin(0, 1)
    assert not played(burgers, 2).any()
