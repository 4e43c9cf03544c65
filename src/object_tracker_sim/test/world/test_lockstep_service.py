"""The service ~/step on real Gazebo."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

import numpy as np
import pytest

from object_tracker_agent.ros import ArenaStart, StepClient, StepRefused, StepReply
from object_tracker_agent.ros.step_types import ArenaLook

from .running_world import RunningWorld, User

pytestmark = pytest.mark.integration

STATE = ("frames", "waffle_pose", "waffle_twist", "burger_pose", "burger_twist", "contacts")


@pytest.fixture(params=["service", "local socket"])
def client(lockstep_world: RunningWorld, request: pytest.FixtureRequest) -> Iterator[StepClient]:
    client = lockstep_world.client(local_socket=request.param == "local socket")
    yield client
    client.close()


@pytest.fixture
def user(lockstep_world: RunningWorld) -> Iterator[User]:
    lockstep_world.client().close()  # ready
    user = lockstep_world.user()
    yield user
    user.leave()
    user.close()


def starts(**fields: object) -> list[ArenaStart]:
    return [ArenaStart(arena, **fields) for arena in range(3)]  # type: ignore[arg-type]


def commands(linear: float, angular: float) -> np.ndarray:
    return np.tile([linear, angular], (3, 1))


def yaw(reply: StepReply, arena: int = 0) -> float:
    x, y, z, w = reply.waffle_pose[arena, 3:]
    return math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))


def test_description(client: StepClient) -> None:
    description = client.describe()
    assert (description.ready, description.mode, description.message) == (True, "lockstep", "")
    assert (description.arenas, description.height, description.width, description.channels) == (
        3,
        120,
        160,
        3,
    )
    assert description.physics_step == pytest.approx(0.004)
    assert description.horizontal_fov == pytest.approx(1.085595, abs=1e-4)
    assert description.world.endswith("empty.world")


def test_a_step_is_exactly_as_long_as_asked(client: StepClient) -> None:
    before = client.step(0.0, resets=starts(limit_acceleration=False))
    after = client.step(0.4, waffle_command=commands(0.2, 0.0), burger_command=commands(0.1, 0.0))
    assert after.stamp_ns - before.stamp_ns == 400_000_000
    np.testing.assert_allclose(after.waffle_pose[:, 0] - before.waffle_pose[:, 0], 0.08, atol=1e-3)
    np.testing.assert_allclose(after.burger_pose[:, 0] - before.burger_pose[:, 0], 0.04, atol=1e-3)
    np.testing.assert_allclose(after.waffle_twist[:, 0], 0.2, atol=1e-6)


def test_no_frame_is_older_than_its_action(client: StepClient) -> None:
    """Turned by 90° in one step, the frame in the same reply shows it."""
    start = {"waffle_pose": (0.0, 0.0, 0.0), "burger_pose": (0.0, 0.8, 0.0), "limit_acceleration": False}
    before = client.step(0.0, resets=starts(**start))
    turned = client.step(0.864, waffle_command=commands(0.0, 1.82))
    assert yaw(turned) == pytest.approx(math.pi / 2.0, abs=0.01)
    # The Burger, which was on the left, fills the middle of the image.
    middle = np.s_[:, 60:100, 70:90]
    changed = np.abs(turned.frames[middle].astype(int) - before.frames[middle].astype(int)).max(axis=-1) > 20
    assert changed.mean() > 0.3
    # It is just what a robot put there sees.
    there = {**start, "waffle_pose": (*turned.waffle_pose[0, :2], yaw(turned))}
    put = client.step(0.0, resets=starts(**there))
    np.testing.assert_allclose(put.waffle_pose, turned.waffle_pose, atol=1e-6)
    difference = np.abs(put.frames.astype(int) - turned.frames.astype(int))
    assert difference.mean() < 0.1


def test_reset_of_one_arena_leaves_the_others(client: StepClient) -> None:
    client.step(0.0, resets=starts())
    before = client.step(0.2, waffle_command=commands(0.2, 0.5))
    after = client.step(0.0, resets=[ArenaStart(1, waffle_pose=(-1.0, 0.5, 0.0))])
    assert after.stamp_ns == before.stamp_ns
    np.testing.assert_allclose(after.waffle_pose[1, :2], [-1.0, 0.5], atol=1e-9)
    for name in STATE:
        for arena in (0, 2):
            np.testing.assert_array_equal(getattr(after, name)[arena], getattr(before, name)[arena])
    assert np.any(after.frames[1] != before.frames[1])


def test_commands_are_held_and_a_reset_ends_them(client: StepClient) -> None:
    client.step(0.0, resets=starts(limit_acceleration=False))
    client.step(0.1, waffle_command=commands(0.2, 0.0))
    held = client.step(0.1)
    np.testing.assert_allclose(held.waffle_pose[:, 0], 0.04, atol=1e-3)
    reset = client.step(0.1, resets=[ArenaStart(0)])
    np.testing.assert_allclose(reset.waffle_pose[:, 0], [0.0, 0.06, 0.06], atol=1e-3)


def test_speed_is_limited(client: StepClient) -> None:
    client.step(0.0, resets=starts(limit_acceleration=False))
    reply = client.step(0.1, waffle_command=commands(1e9, 0.0), burger_command=commands(0.0, -1e9))
    np.testing.assert_allclose(reply.waffle_twist[:, 0], 0.26, atol=1e-6)
    np.testing.assert_allclose(reply.burger_twist[:, 5], -2.84, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"duration": -0.1}, "duration is -0.1 s"),
        ({"duration": 0.005}, "must be a multiple of the physics step"),
        ({"duration": 0.1, "waffle_command": np.full((3, 2), np.nan)}, "waffle_command of arena 0"),
        ({"duration": 0.1, "burger_command": np.zeros((2, 2))}, "burger_command has 4 numbers"),
        ({"duration": 0.1, "resets": [ArenaStart(3)]}, "resets name arena 3"),
    ],
)
def test_bad_requests_change_nothing(client: StepClient, arguments: dict, complaint: str) -> None:
    before = client.step(0.0, resets=starts())
    with pytest.raises(StepRefused) as refused:
        client.step(**arguments)
    assert complaint in str(refused.value)
    after = client.step(0.0)
    assert after.stamp_ns == before.stamp_ns
    np.testing.assert_array_equal(after.waffle_pose, before.waffle_pose)


def test_a_look_that_cannot_be_leaves_the_held_commands(client: StepClient) -> None:
    """It is refused late, when all else in the request was in order."""
    client.step(0.0, resets=starts(limit_acceleration=False))
    client.step(0.1, waffle_command=commands(0.1, 0.0))
    bad = [ArenaStart(0, look=ArenaLook(sun_strength=99.0))]
    with pytest.raises(StepRefused, match="sun_strength of arena 0 must be from 0 to 10"):
        client.step(0.1, resets=bad, waffle_command=commands(0.2, 1.0), burger_command=commands(0.2, 0.0))
    after = client.step(0.1)
    np.testing.assert_allclose(after.waffle_twist[:, [0, 5]], [[0.1, 0.0]] * 3, atol=1e-6)
    np.testing.assert_allclose(after.burger_twist[:, 0], 0.0, atol=1e-6)


def test_the_last_step_again_is_the_last_reply_again(user: User) -> None:
    user.step(0)
    first = user.step(1, duration=0.1, waffle_command=array("d", [0.2, 0.1] * 3))
    again = user.step(1, duration=0.1, waffle_command=array("d", [0.2, 0.1] * 3))
    assert first.success
    assert first.stamp.nanosec != user_stamp(user.step(2))
    for field in first.get_fields_and_field_types():
        assert getattr(again, field) == getattr(first, field), field


def user_stamp(reply: object) -> int:
    return int(reply.stamp.nanosec)  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", [0, 1, 4, 2**64 - 1])
def test_any_other_number_is_refused(user: User, step: int) -> None:
    for good in range(3):
        last = user.step(good)
    refused = user.step(step)
    assert not refused.success
    assert refused.code == refused.OUT_OF_ORDER
    assert refused.message.startswith(f"step number is {step}: it must be 3, or 2")
    assert len(refused.frames) == 0
    assert user_stamp(user.step(3)) == user_stamp(last) + 4_000_000
