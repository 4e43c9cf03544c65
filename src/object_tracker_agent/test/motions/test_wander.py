"""How the Burger of `follow` drives, played with plain kinematics."""

import math

import numpy as np
import pytest

from object_tracker_agent.motions import MotionInputs, find_motion
from object_tracker_agent.motions.inputs import BURGER_MAX_LINEAR, wrapped

STEP = 0.1  # [s]
FAR = (1000.0, 0.0)  # a Waffle that is in nobody's way


def drive(seed, seconds=60.0, *, waffle=FAR, radius=4.0, start=(0.8, 0.0, 0.0)):
    """Return poses and commands of an episode. Shape of both: (steps, …)"""
    motion = find_motion("wander")(np.random.default_rng(seed))
    x, y, yaw = start
    poses, commands = [], []
    for step in range(round(seconds / STEP)):
        linear, angular = motion(MotionInputs(step * STEP, STEP, x, y, yaw, *waffle, radius))
        yaw = wrapped(yaw + angular * STEP)
        x, y = x + linear * math.cos(yaw) * STEP, y + linear * math.sin(yaw) * STEP
        poses.append((x, y, yaw))
        commands.append((linear, angular))
    return np.array(poses), np.array(commands)


def test_speeds_are_the_burgers_and_015_on_average():
    commands = np.concatenate([drive(seed)[1] for seed in range(200)])
    assert commands[:, 0].min() >= 0.0
    assert commands[:, 0].max() <= BURGER_MAX_LINEAR
    assert np.abs(commands[:, 1]).max() <= 1.0
    assert commands[:, 0].mean() == pytest.approx(0.15, abs=0.01)


def test_every_kind_of_driving_occurs():
    commands = np.concatenate([drive(seed)[1] for seed in range(20)])
    moving, turning = commands[:, 0] > 0, commands[:, 1] != 0
    for share in (moving & ~turning, moving & turning, ~moving & turning, ~moving & ~turning):
        assert share.mean() > 0.02


@pytest.mark.parametrize("radius", [2.0, 4.0])
def test_it_stays_inside(radius):
    for seed in range(30):
        poses, _ = drive(seed, 300.0, radius=radius)
        assert np.hypot(poses[:, 0], poses[:, 1]).max() <= radius


def test_an_episode_depends_on_its_seed_alone():
    np.testing.assert_array_equal(drive(3)[1], drive(3)[1])
    assert not np.array_equal(drive(3)[1], drive(4)[1])


def test_it_does_not_drive_at_a_waffle_in_its_way():
    for seed in range(20):
        poses, _ = drive(seed, waffle=(1.5, 0.0))
        assert np.hypot(poses[:, 0] - 1.5, poses[:, 1]).min() > 0.3


def test_the_burger_of_approach_stands_still():
    motion = find_motion("still")(np.random.default_rng(0))
    assert motion(MotionInputs(3.0, STEP, 1.0, 2.0, 3.0, 0.0, 0.0, 4.0)) == (0.0, 0.0)
