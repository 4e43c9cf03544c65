"""The topics of each arena in lock-step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image

from object_tracker_agent.ros import ArenaStart, StepClient

from .running_world import RunningWorld, User

pytestmark = pytest.mark.integration


@pytest.fixture
def client(lockstep_world: RunningWorld) -> Iterator[StepClient]:
    client = lockstep_world.client()
    client.step(0.0, resets=[ArenaStart(arena) for arena in range(3)])
    yield client
    client.close()


@pytest.fixture
def user(lockstep_world: RunningWorld) -> Iterator[User]:
    user = lockstep_world.user()
    yield user
    user.close()


def step_until_heard(client: StepClient, user: User, *received: list[Any]) -> Any:
    """Step until each of the lists has a message of one and the same step; return that step's reply."""
    for _ in range(100):
        for messages in received:
            messages.clear()
        reply = client.step(0.1, waffle_command=np.tile([0.1, 0.2], (3, 1)))
        if user.spin_until(lambda: all(received), 0.2):
            return reply
    pytest.fail("nothing was published")


def nanoseconds(stamp: Any) -> int:
    return stamp.sec * 1_000_000_000 + stamp.nanosec


@pytest.mark.parametrize(("arena", "prefix"), [(0, ""), (1, "arena_1/"), (2, "arena_2/")])
def test_an_arenas_topics(client: StepClient, user: User, arena: int, prefix: str) -> None:
    images = user.listen(Image, f"/{prefix}camera/image_raw")
    infos = user.listen(CameraInfo, f"/{prefix}camera/camera_info")
    waffles = user.listen(Odometry, f"/{prefix}odom")
    burgers = user.listen(Odometry, f"/{prefix}burger/odom")
    clocks = user.listen(Clock, "/clock")
    reply = step_until_heard(client, user, images, infos, waffles, burgers, clocks)

    (image,), (info,), (waffle,), (burger,), (clock,) = images, infos, waffles, burgers, clocks
    stamps = [image.header.stamp, info.header.stamp, waffle.header.stamp, burger.header.stamp, clock.clock]
    assert {nanoseconds(stamp) for stamp in stamps} == {reply.stamp_ns}

    assert image.header.frame_id == info.header.frame_id == f"{prefix}camera_rgb_optical_frame"
    assert (image.height, image.width, image.encoding, image.step) == (120, 160, "rgb8", 480)
    pixels = np.frombuffer(image.data, np.uint8).reshape(120, 160, 3)
    np.testing.assert_array_equal(pixels, reply.frames[arena])
    assert (info.height, info.width) == (120, 160)
    assert info.k[0] == pytest.approx(80.0 / np.tan(1.085595 / 2.0), rel=1e-4)

    for odometry, pose, twist, robot in (
        (waffle, reply.waffle_pose, reply.waffle_twist, ""),
        (burger, reply.burger_pose, reply.burger_twist, "burger/"),
    ):
        assert odometry.header.frame_id == f"{prefix}{robot}odom"
        assert odometry.child_frame_id == f"{prefix}{robot}base_footprint"
        p, q = odometry.pose.pose.position, odometry.pose.pose.orientation
        np.testing.assert_array_equal([p.x, p.y, p.z, q.x, q.y, q.z, q.w], pose[arena])
        v, w = odometry.twist.twist.linear, odometry.twist.twist.angular
        np.testing.assert_array_equal([v.x, v.y, v.z, w.x, w.y, w.z], twist[arena])
        covariance = np.reshape(odometry.pose.covariance, (6, 6))
        assert np.all(np.linalg.eigvalsh(covariance) > 0.0)


@pytest.mark.parametrize(
    ("topic", "pose", "arena"),
    [("/cmd_vel", "waffle_pose", 0), ("/arena_1/burger/cmd_vel", "burger_pose", 1)],
)
def test_a_command_by_topic_holds_unless_step_brings_one(
    client: StepClient, user: User, topic: str, pose: str, arena: int
) -> None:
    before = client.step(0.1)
    publisher = user.node.create_publisher(Twist, topic, 1)
    twist = Twist()
    twist.linear.x = 0.2

    def moved() -> bool:
        publisher.publish(twist)
        now = client.step(0.1)
        difference = getattr(now, pose)[:, 0] - getattr(before, pose)[:, 0]
        assert np.all(np.abs(np.delete(difference, arena)) < 1e-6)
        return bool(difference[arena] > 0.01)

    assert user.spin_until(moved, 10.0)
    user.node.destroy_publisher(publisher)
    stopped = client.step(1.0, waffle_command=np.zeros((3, 2)), burger_command=np.zeros((3, 2)))
    still = client.step(0.5)
    np.testing.assert_allclose(getattr(still, pose), getattr(stopped, pose), atol=1e-9)


def test_a_command_that_is_not_finite_is_ignored(client: StepClient, user: User) -> None:
    publisher = user.node.create_publisher(Twist, "/cmd_vel", 1)
    twist = Twist()
    twist.linear.x = float("nan")
    assert user.spin_until(lambda: publisher.get_subscription_count() > 0, 5.0)
    for _ in range(10):
        publisher.publish(twist)
        user.spin_until(lambda: False, 0.05)
        reply = client.step(0.1)
    assert np.all(np.isfinite(reply.waffle_pose))
