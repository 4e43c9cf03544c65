"""Policies that collect instead of arriving or following: what each reward pays them.

The robot moves as a unicycle that obeys at once (no Gazebo here); episodes are counted by `Episode` itself.
"""

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


def arrive(step, bearing, distance):
    return to_bearing(bearing, 0.0, 1.0)


def sidelong(step, bearing, distance, degrees):
    """Drive near, then round the Burger, which stays `degrees` to the left."""
    if step < 120:
        return arrive(step, bearing, distance)
    return to_bearing(bearing, math.radians(degrees), TASK.step_time)


def spiral(step, bearing, distance):
    return sidelong(step, bearing, distance, 87)


def orbit(step, bearing, distance):
    return sidelong(step, bearing, distance, 92)


def oscillate(step, bearing, distance):
    """Turn to and fro, 2 s each."""
    return (0.1, 0.6) if (step + 10) // 20 % 2 else (0.1, -0.6)


def turn_to_and_fro(step, bearing, distance):
    """On the spot, 2 s each."""
    return (0.0, 0.9) if (step + 10) // 20 % 2 else (0.0, -0.9)


def drive_to_and_fro(step, bearing, distance):
    """Straight on and back, 2 s each."""
    return (0.13, 0.0) if (step + 10) // 20 % 2 else (-0.13, 0.0)


def circle(step, bearing, distance):
    return (0.2, 0.5)


def keep(step, bearing, distance):
    """Turn to the Burger, drive to where following pays most, and stay there."""
    if abs(bearing) > 0.1:
        return (0.0, math.copysign(0.9, bearing))
    return (0.26 if distance > 0.7 else 0.0, 0.0)


def play(preset, reward, policy, burger):
    """Play an episode of `preset` by `policy`, beside a Burger that stands.

    Returns its last outcome, and the sum of its rewards as a learner with the preset's discount sees them.
    """
    preset = load_preset(preset)
    x = y = yaw = discounted = 0.0

    def seen():
        dx, dy = burger[0] - x, burger[1] - y
        return math.hypot(dx, dy), math.remainder(math.atan2(dy, dx) - yaw, 2 * math.pi)

    distance, bearing = seen()
    episode = Episode(preset.task, find_reward(reward), distance, bearing)
    for step in range(10_000):
        linear, angular = policy(step, bearing, distance)
        yaw += angular * preset.task.step_time
        x += linear * math.cos(yaw) * preset.task.step_time
        y += linear * math.sin(yaw) * preset.task.step_time
        distance, bearing = seen()
        outcome = episode.step(distance, bearing, 0)
        discounted += preset.algorithm.gamma**step * outcome.reward
        if outcome.ended:
            return outcome, discounted
    raise AssertionError("the episode does not end")


@pytest.mark.parametrize("burger", BURGERS)
@pytest.mark.parametrize("other", [spiral, orbit, oscillate])
@pytest.mark.parametrize("reward", ["approach", "inverse_distance"])
def test_arriving_pays_most(reward, other, burger):
    arriving, arriving_discounted = play("approach", reward, arrive, burger)
    gaming, gaming_discounted = play("approach", reward, other, burger)
    assert arriving.success
    assert not gaming.success
    assert arriving.total_reward > gaming.total_reward
    assert arriving_discounted > gaming_discounted


@pytest.mark.parametrize("burger", BURGERS)
def test_upstream_pays_a_spiral_many_times_more_than_arriving(burger):
    arriving, _ = play("approach", "upstream", arrive, burger)
    gaming, _ = play("approach", "upstream", spiral, burger)
    assert arriving.success
    assert not gaming.success
    assert gaming.total_reward > 3 * arriving.total_reward


@pytest.mark.parametrize("burger", [(0.95, 0.3), (0.95, -0.3), (-2.0, 1.0), (2.5, -1.0)])
@pytest.mark.parametrize("other", [turn_to_and_fro, drive_to_and_fro, circle])
def test_turning_and_driving_to_and_fro_pays_less_than_following(other, burger):
    following, following_discounted = play("follow_hard", "find_and_keep", keep, burger)
    gaming, gaming_discounted = play("follow_hard", "find_and_keep", other, burger)
    assert following.success
    assert not gaming.success
    assert following.total_reward > gaming.total_reward
    assert following_discounted > gaming_discounted
