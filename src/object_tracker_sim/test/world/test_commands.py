"""The velocities the robots hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from object_tracker_sim.world.commands import BURGER, WAFFLE, Commands


def test_at_rest_at_first() -> None:
    commands = Commands(3)
    assert commands.of(WAFFLE).tolist() == commands.of(BURGER).tolist() == [[0, 0]] * 3


def test_the_last_one_counts() -> None:
    commands = Commands(2)
    commands.set_all(WAFFLE, np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert commands.set_one(WAFFLE, 1, 5.0, 6.0)
    commands.set_all(WAFFLE, None)
    assert commands.of(WAFFLE).tolist() == [[1, 2], [5, 6]]
    assert commands.of(BURGER).tolist() == [[0, 0]] * 2


@pytest.mark.parametrize("command", [(math.nan, 0.0), (0.0, math.inf)])
def test_not_finite(command: tuple[float, float]) -> None:
    commands = Commands(1)
    commands.set_one(BURGER, 0, 1.0, 1.0)
    assert not commands.set_one(BURGER, 0, *command)
    assert commands.of(BURGER).tolist() == [[1, 1]]


def test_stop() -> None:
    commands = Commands(3)
    for robot in (WAFFLE, BURGER):
        commands.set_all(robot, np.ones((3, 2)))
    commands.stop([1])
    assert commands.of(WAFFLE).tolist() == commands.of(BURGER).tolist() == [[1, 1], [0, 0], [1, 1]]
    commands.stop([])
    assert commands.of(WAFFLE).sum() == 4
    commands.stop()
    assert commands.of(WAFFLE).sum() == commands.of(BURGER).sum() == 0


def test_what_was_held_can_be_held_again() -> None:
    commands = Commands(2)
    commands.set_one(WAFFLE, 1, 0.1, 0.2)
    held = commands.copy()
    commands.set_all(WAFFLE, np.ones((2, 2)))
    commands.set_all(BURGER, np.ones((2, 2)))
    commands.restore(held)
    assert commands.of(WAFFLE).tolist() == [[0, 0], [0.1, 0.2]]
    assert commands.of(BURGER).tolist() == [[0, 0]] * 2
