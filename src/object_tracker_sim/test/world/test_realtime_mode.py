"""Mode realtime on real Gazebo: time moves by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

from object_tracker_agent.ros import StepClient, StepRefused

from .running_world import READY_TIMEOUT, RunningWorld, User

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    world = RunningWorld(tmp_path_factory.mktemp("realtime") / "log", mode="realtime", arenas=2)
    client = StepClient(world.domain.domain_id)
    client.wait_ready(READY_TIMEOUT)
    client.close()
    yield world
    world.close()


@pytest.fixture
def user(world: RunningWorld) -> Iterator[User]:
    user = world.user()
    yield user
    user.close()


def seconds(stamp: object) -> float:
    return stamp.sec + stamp.nanosec * 1e-9  # type: ignore[attr-defined]


def test_images_come_at_30_hz_of_simulated_time(user: User) -> None:
    images = user.listen(Image, "/camera/image_raw")
    assert user.spin_until(lambda: len(images) >= 62, 20.0)
    stamps = np.array([seconds(image.header.stamp) for image in images[1:]])
    assert np.all(np.diff(stamps) > 0.0)
    assert np.diff(stamps).mean() == pytest.approx(1.0 / 30.0, rel=0.02)
    np.testing.assert_allclose(np.round(stamps / 0.004), stamps / 0.004, atol=1e-6)


def test_a_best_effort_subscriber_gets_images_too(user: User) -> None:
    images: list[Image] = []
    user.node.create_subscription(Image, "/arena_1/camera/image_raw", images.append, qos_profile_sensor_data)
    assert user.spin_until(lambda: len(images) > 3, 10.0)
    assert images[-1].header.frame_id == "arena_1/camera_rgb_optical_frame"


def test_the_clock_follows_the_wall_clock(user: User) -> None:
    clocks = user.listen(Clock, "/clock")
    assert user.spin_until(lambda: clocks, 10.0)
    first, start = clocks[-1].clock, time.monotonic()
    user.spin_until(lambda: False, 3.0)
    passed, elapsed = seconds(clocks[-1].clock) - seconds(first), time.monotonic() - start
    # A busy machine may fall behind; what it may make up for and what was under way is less than 0.5 s.
    assert 0.5 < passed < elapsed + 0.5


def test_a_command_moves_its_robot_and_its_odometry(user: User) -> None:
    odometry = user.listen(Odometry, "/arena_1/odom")
    other = user.listen(Odometry, "/odom")
    publisher = user.node.create_publisher(Twist, "/arena_1/cmd_vel", 1)
    assert user.spin_until(lambda: odometry and other and publisher.get_subscription_count() > 0, 10.0)
    start = odometry[-1].pose.pose.position.x
    start_of_other = other[-1].pose.pose.position.x
    twist = Twist()
    twist.linear.x = 0.2
    assert user.spin_until(
        lambda: publisher.publish(twist) or odometry[-1].pose.pose.position.x > start + 0.1, 15.0
    )
    assert odometry[-1].twist.twist.linear.x == pytest.approx(0.2, abs=1e-3)
    assert other[-1].pose.pose.position.x == pytest.approx(start_of_other, abs=1e-9)
    # The last command holds when its publisher has gone.
    user.node.destroy_publisher(publisher)
    reached = odometry[-1].pose.pose.position.x
    assert user.spin_until(lambda: odometry[-1].pose.pose.position.x > reached + 0.1, 15.0)


def test_step_is_refused(world: RunningWorld, user: User) -> None:
    refused = user.step(0, duration=0.1)
    assert not refused.success
    assert refused.code == refused.REALTIME
    assert "mode realtime, where time moves by itself" in refused.message
    client = world.client()
    assert client.describe().mode == "realtime"
    with pytest.raises(StepRefused, match="mode:=lockstep"):
        client.step(0.1)


def test_a_simulator_that_dies_is_started_again(tmp_path: Path) -> None:
    world = RunningWorld(tmp_path / "log", mode="realtime", camera_rate=400.0)
    try:
        world.client()
        user = world.user()
        clocks = user.listen(Clock, "/clock")
        assert user.spin_until(lambda: clocks, 10.0)
        assert "camera_rate is 400 Hz; images come at 250 Hz" in world.log.read_text()
        world.simulator().kill()
        assert user.spin_until(lambda: "runs again" in world.log.read_text(), READY_TIMEOUT)
        reached = seconds(clocks[-1].clock)
        assert user.spin_until(lambda: seconds(clocks[-1].clock) > reached + 0.1, 15.0)
        assert np.all(np.diff([seconds(clock.clock) for clock in clocks]) > 0.0)
    finally:
        world.close()
