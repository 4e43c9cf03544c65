"""Policies that collect instead of arriving, in the geometry of `approach`: what each reward pays them.

The robot moves as a unicycle that obeys at once (no Gazebo here); episodes are counted by `Episode` itself.
"""

import dataclasses
import math

import pytest

from object_tracker_agent.envs.episode import Episode
from object_tracker_agent.presets import load_preset
from object_tracker_agent.rewards import find_reward

TASK = load_preset("approach").task
TABLE = [(action.linear, action.angular) for action in load_preset("approach").actions]
BURGERS = [(3.5, -1.0), (3.5, 0.3), (3.5, 1.0)]


def to_bearing(bearing, wanted, seconds):
    """The action of the table that brings the Burger's bearing nearest to `wanted` [rad] in `seconds`."""
    change = bearing - wanted  # turning left lowers the bearing
    return min(TABLE, key=lambda action: (round(abs(change - action[1] * seconds), 9), -action[0]))


def arrive(step, bearing):
    return to_bearing(bearing, 0.0, 1.0)


def sidelong(step, bearing, degrees):
    """Drive near, then round the Burger, which stays `degrees` to the left."""
    return arrive(step, bearing) if step < 120 else to_bearing(bearing, math.radians(degrees), TASK.step_time)


def spiral(step, bearing):
    return sidelong(step, bearing, 87)


def orbit(step, bearing):
    return sidelong(step, bearing, 92)


def oscillate(step, bearing):
    """Turn to and fro, 2 s each."""
    return (0.1, 0.6) if (step + 10) // 20 % 2 else (0.1, -0.6)


def play(reward, policy, burger, **task):
    """Return the episode's last outcome."""
    x = y = yaw = 0.0

    def seen():
        dx, dy = burger[0] - x, burger[1] - y
        return math.hypot(dx, dy), math.remainder(math.atan2(dy, dx) - yaw, 2 * math.pi)

    distance, bearing = seen()
    episode = Episode(dataclasses.replace(TASK, **task), find_reward(reward), distance, bearing)
    for step in range(10_000):
        linear, angular = policy(step, bearing)
        yaw += angular * TASK.step_time
        x += linear * math.cos(yaw) * TASK.step_time
        y += linear * math.sin(yaw) * TASK.step_time
        distance, bearing = seen()
        outcome = episode.step(distance, bearing, 0)
        if outcome.ended:
            return outcome
    raise AssertionError("the episode does not end")


@pytest.mark.parametrize("burger", BURGERS)
@pytest.mark.parametrize("other", [spiral, orbit, oscillate])
@pytest.mark.parametrize("reward", ["approach", "inverse_distance"])
def test_arriving_pays_most(reward, other, burger):
    arriving, gaming = play(reward, arrive, burger), play(reward, other, burger)
    assert arriving.success
    assert not gaming.success
    assert arriving.total_reward > gaming.total_reward


@pytest.mark.parametrize("burger", BURGERS)
def test_upstream_pays_a_spiral_many_times_more_than_arriving(burger):
    arriving, gaming = play("upstream", arrive, burger), play("upstream", spiral, burger)
    assert arriving.success
    assert not gaming.success
    assert gaming.total_reward > 3 * arriving.total_reward
