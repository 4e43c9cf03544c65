"""Resets over the line to the simulator: as those of the node, and refused as those."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from object_tracker_agent.ros import ArenaStart, StepRefused
from object_tracker_agent.ros.step_types import ArenaLook

from .direct import drive, line_of
from .running_world import RunningWorld

pytestmark = pytest.mark.integration


LOOK = ArenaLook(
    sun_direction=(0.3, 0.2, -0.9),
    sun_strength=0.8,
    ambient=(0.5, 0.4, 0.3),
    ground_colour=(0.2, 0.4, 0.6),
    burger_colour=(0.9, 0.1, 0.2),
    background_colour=(0.7, 0.8, 0.9),
    surroundings_low=(0.1, 0.2, 0.3),
    surroundings_high=(0.4, 0.5, 0.6),
    surroundings_seed=2**64 - 1,
    patterns=0.7,
    patterns_seed=5,
    camera_position_error=(0.01, -0.02, 0.03),
    camera_angle_error=(0.02, -0.01, 0.05),
    furniture=0.3,
    furniture_seed=2**64 - 2,
)


@pytest.mark.parametrize(
    "start",
    [
        ArenaStart(1),
        ArenaStart(1, 2**64 - 1, waffle_pose=(0.2, -0.1, 0.5), burger_pose=(1.0, 0.2, 2.0)),
        ArenaStart(1, 7, burger_pose=(0.6, 0.0, 0.0), solid=True, limit_acceleration=False, look=LOOK),
        ArenaStart(1, burger_pose=(0.6, 0.0, 0.0), look=ArenaLook(patterns=0.9, patterns_seed=3)),
        ArenaStart(1, burger_pose=(0.6, 0.0, 0.0), look=ArenaLook(furniture=0.4, furniture_seed=2**64 - 1)),
    ],
    ids=["world's", "poses", "look", "part of a look", "furniture"],
)
def test_a_reset_is_the_nodes(start_world: Callable[..., RunningWorld], start: ArenaStart) -> None:
    """The same poses and pixels at the start and after some steps, whoever has done it."""
    of_furniture = start.look is not None and start.look.furniture is not None
    world = start_world(arenas=2, world="arena" if of_furniture else "textured")
    ways = []
    for local_socket in (False, True):
        with world.client(local_socket=local_socket) as client:
            client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
            drive(client, 3)
            first = line_of(client) if local_socket else None
            replies = [client.step(0.0, resets=[start])]
            # The robots held no command since; then they drive, into one another if they are solid.
            replies += [client.step(0.1) for _ in range(2)]
            ahead = np.array([[0.0, 0.0], [0.26, 0.0]])
            replies += [client.step(0.5, waffle_command=ahead) for _ in range(6)]
            if local_socket:
                assert first is not None
                assert line_of(client) is first  # the node had nothing to do with it
            ways.append(replies)
    for one, other in zip(*ways, strict=True):
        np.testing.assert_array_equal(one.waffle_pose, other.waffle_pose)
        np.testing.assert_array_equal(one.burger_pose, other.burger_pose)
        np.testing.assert_array_equal(one.frames, other.frames)
        np.testing.assert_array_equal(one.contacts, other.contacts)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (ArenaStart(2), "name arena 2"),
        (ArenaStart(0, waffle_pose=(math.inf, 0.0, 0.0)), "must be finite"),
        (ArenaStart(0, burger_pose=(0.0, 2e4, 0.0)), "must be within 10000 m"),
        (ArenaStart(0, look=ArenaLook(sun_direction=(0.0, 0.0, 0.1))), "must point down"),
        (ArenaStart(0, look=ArenaLook(sun_strength=10.5)), "must be from 0 to 10"),
        (ArenaStart(0, look=ArenaLook(ambient=(0.0, 0.0, 1.1))), "must be from 0 to 1"),
        (ArenaStart(0, look=ArenaLook(patterns=-0.1)), "must be from 0 to 1"),
        (ArenaStart(0, look=ArenaLook(furniture=1.1)), "must be from 0 to 1"),
        (ArenaStart(0, look=ArenaLook(surroundings_low=(0.1, 0.1, 0.1))), "must be given together"),
        (
            ArenaStart(0, look=ArenaLook(surroundings_low=(0, 0, 0.5), surroundings_high=(1, 1, 0.4))),
            "must be up to surroundings_high",
        ),
        (ArenaStart(0, look=ArenaLook(camera_position_error=(0.0, 0.0, 0.6))), "must be from -0.5 to 0.5"),
        (ArenaStart(0, look=ArenaLook(camera_angle_error=(0.0, -0.9, 0.0))), "must be from -0.8 to 0.8"),
    ],
)
def test_a_bad_reset_is_refused_as_ever(direct_world: RunningWorld, start: ArenaStart, said: str) -> None:
    with direct_world.client() as client:
        before = client.step(0.1)
        assert line_of(client) is not None
        with pytest.raises(StepRefused, match=said):
            client.step(0.0, resets=[start])
        with pytest.raises(StepRefused, match="twice"):
            client.step(0.0, resets=[ArenaStart(0), ArenaStart(0)])
        np.testing.assert_array_equal(client.step(0.0).frames, before.frames)
