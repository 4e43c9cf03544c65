"""What a Step request may ask for."""

from __future__ import annotations

import math
from array import array
from typing import Any

import numpy as np
import pytest

from object_tracker_msgs.msg import ArenaAppearance, ArenaReset
from object_tracker_msgs.srv import Step
from object_tracker_sim.simulator import Appearance, RequestError
from object_tracker_sim.world.requests import StepPlan, plan_step

NAN, INF = math.nan, math.inf


def plan(*, arenas: int = 2, physics_step: float = 0.004, **fields: Any) -> StepPlan:
    return plan_step(Step.Request(**fields), arenas=arenas, physics_step=physics_step)


@pytest.mark.parametrize(
    ("duration", "physics_step", "iterations"),
    [
        (0.0, 0.004, 0),
        (0.004, 0.004, 1),
        (0.1, 0.004, 25),
        (0.1 + 0.2, 0.001, 300),  # not exactly 0.3
        (1.0 / 3.0, 1.0 / 3000.0, 1000),
        (10.0, 0.004, 2500),
    ],
)
def test_duration(duration: float, physics_step: float, iterations: int) -> None:
    assert plan(duration=duration, physics_step=physics_step).iterations == iterations


@pytest.mark.parametrize(
    ("duration", "complaint"),
    [
        (-0.1, "duration is -0.1 s: it must be 0 or a multiple of 0.004 s"),
        (NAN, "duration is nan s"),
        (INF, "duration is inf s"),
        (0.005, "multiple of the physics step of 0.004 s, for example 0.004 s"),
        (0.0001, "multiple of the physics step"),
        (10.004, "at most 10 s"),
    ],
)
def test_bad_duration(duration: float, complaint: str) -> None:
    with pytest.raises(RequestError) as error:
        plan(duration=duration)
    assert complaint in str(error.value)


def test_commands() -> None:
    got = plan(waffle_command=array("d", [1, 2, 3, 4]))
    np.testing.assert_array_equal(got.waffle_command, [[1, 2], [3, 4]])
    assert got.burger_command is None


def test_huge_commands_are_for_the_robots_limits() -> None:
    got = plan(waffle_command=array("d", [1e300, -1e300, 0, 0]))
    assert got.waffle_command is not None
    assert got.waffle_command[0].tolist() == [1e300, -1e300]


@pytest.mark.parametrize("name", ["waffle_command", "burger_command"])
@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ([1, 2, 3], "has 3 numbers: 2 arenas need 4"),
        ([1, 2, 3, 4, 5, 6], "has 6 numbers: 2 arenas need 4"),
        ([0, 0, NAN, 0], "of arena 1 is [nan, 0.0]: it must be finite"),
        ([0, -INF, 0, 0], "of arena 0 is [0.0, -inf]: it must be finite"),
    ],
)
def test_bad_commands(name: str, values: list[float], complaint: str) -> None:
    with pytest.raises(RequestError) as error:
        plan(**{name: array("d", values)})
    assert str(error.value).startswith(f"{name} {complaint}")


def reset(**fields: Any) -> ArenaReset:
    poses = {"waffle_pose": [NAN, 0.0, 0.0], "burger_pose": [NAN, 0.0, 0.0]}
    return ArenaReset(**{**poses, **fields})


def test_resets() -> None:
    got = plan(
        resets=[
            reset(arena=1, seed=2**64 - 1, burger_pose=[1.0, -2.0, 3.0], solid=True),
            reset(arena=0, waffle_pose=[0.5, 0.0, 0.0], limit_acceleration=True),
        ]
    ).resets
    assert [r.arena for r in got] == [1, 0]
    assert got[0].seed == 2**64 - 1
    assert got[0].waffle_pose is None
    assert got[0].burger_pose == (1.0, -2.0, 3.0)
    assert (got[0].solid, got[0].limit_acceleration) == (True, False)
    assert got[1].waffle_pose == (0.5, 0.0, 0.0)
    assert (got[1].solid, got[1].limit_acceleration) == (False, True)


def test_appearance() -> None:
    look = ArenaAppearance(
        given=True,
        sun_direction=[NAN, 0.0, 0.0],
        sun_strength=NAN,
        ambient=[NAN, 0.0, 0.0],
        ground_colour=[0.1, 0.2, 0.3],
        burger_colour=[NAN, 0.0, 0.0],
        background_colour=[0.4, 0.5, 0.6],
        surroundings_low=[0.0, 0.1, 0.2],
        surroundings_high=[0.7, 0.8, 0.9],
        surroundings_seed=2**64 - 1,
        patterns=NAN,
        camera_position_error=[NAN, 0.0, 0.0],
        camera_angle_error=[0.1, -0.2, 0.3],
        furniture=NAN,
    )
    with_it, without = plan(resets=[reset(arena=0, appearance=look), reset(arena=1)]).resets
    assert without.appearance is None
    assert with_it.appearance == Appearance(
        ground_colour=(0.1, 0.2, 0.3),
        background_colour=(0.4, 0.5, 0.6),
        surroundings_low=(0.0, 0.1, 0.2),
        surroundings_high=(0.7, 0.8, 0.9),
        surroundings_seed=2**64 - 1,
        camera_angle_error=(0.1, -0.2, 0.3),
    )
    look.patterns, look.patterns_seed = 0.25, 2**64 - 2
    patterned = plan(resets=[reset(arena=0, appearance=look)]).resets[0].appearance
    assert (patterned.patterns, patterned.patterns_seed) == (0.25, 2**64 - 2)
    look.furniture, look.furniture_seed = 0.75, 2**64 - 3
    furnished = plan(resets=[reset(arena=0, appearance=look)]).resets[0].appearance
    assert (furnished.furniture, furnished.furniture_seed) == (0.75, 2**64 - 3)


@pytest.mark.parametrize(
    ("resets", "complaint"),
    [
        ([reset(arena=2)], "resets name arena 2: this simulation has arenas 0 to 1"),
        ([reset(arena=1), reset(arena=1)], "resets name arena 1 twice"),
        ([reset(waffle_pose=[0.0, NAN, 0.0])], "waffle_pose of arena 0 is [0.0, nan, 0.0]"),
        ([reset(burger_pose=[INF, 0.0, 0.0])], "burger_pose of arena 0 is [inf, 0.0, 0.0]"),
        ([reset(burger_pose=[0.0, -2e4, 0.0])], "x and y must be within 10000 m"),
    ],
)
def test_bad_resets(resets: list[ArenaReset], complaint: str) -> None:
    with pytest.raises(RequestError) as error:
        plan(resets=resets)
    assert complaint in str(error.value)
