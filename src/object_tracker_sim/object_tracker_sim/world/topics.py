"""The simulation as TurtleBot3 topics, arena by arena, published only while somebody listens."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from numpy.typing import NDArray
from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image

from object_tracker_sim.simulator import SimulatorState
from object_tracker_sim.world.camera_model import camera_info
from object_tracker_sim.world.commands import BURGER, WAFFLE, Commands

# Reliable, as gazebo_ros and the TurtleBot3 publish: it serves best-effort subscribers as well.
STREAM = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)
# Only the newest command counts.
COMMAND = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)

COVARIANCE = 1e-9
"""[m², rad², (m/s)², (rad/s)²] Ground truth is exact, but a filter has to invert this, and some take 0 for
"unknown"."""
LOOK_EVERY = 0.1
"""[s] of wall clock between two looks at who listens and who commands."""


class CommandTopic:
    """Subscribes one robot's velocity command; the last one holds, as with gazebo_ros' planar move."""

    def __init__(self, node: Node, topic: str, commands: Commands, robot: str, arena: int) -> None:
        self._node = node
        self._commands = commands
        self._robot = robot
        self._arena = arena
        self.commanded = False
        """Whether anybody published at the last look."""
        self.subscription = node.create_subscription(
            Twist,
            topic,
            self._take,
            COMMAND,
            event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
        )

    def look(self) -> None:
        """Find out whether anybody publishes."""
        self.commanded = self._node.count_publishers(self.subscription.topic_name) > 0

    def _take(self, message: Twist) -> None:
        if not self._commands.set_one(self._robot, self._arena, message.linear.x, message.angular.z):
            self._node.get_logger().warning(
                f"{self.subscription.topic_name}: a command that is not finite was ignored",
                throttle_duration_sec=5.0,
            )


class Stream:
    """One publisher and one message that is filled again and again."""

    def __init__(self, node: Node, topic: str, message: Any) -> None:
        self.message = message
        self.wanted = False
        """Whether anybody listened at the last look."""
        # The default callbacks only warn of settings that do not fit, which the other side does as well, and
        # each would be one more thing for the executor to wait for.
        self._publisher = node.create_publisher(
            type(message),
            topic,
            STREAM,
            event_callbacks=PublisherEventCallbacks(use_default_callbacks=False),
        )

    def look(self) -> None:
        """Find out whether anybody listens."""
        self.wanted = self._publisher.get_subscription_count() > 0

    def publish(self) -> None:
        """Send the message as it is."""
        self._publisher.publish(self.message)


class ArenaTopics:
    """The topics of one arena: arena 0 under the plain TurtleBot3 names, arena i >= 1 under arena_<i>/."""

    def __init__(
        self, node: Node, arena: int, commands: Commands, *, height: int, width: int, horizontal_fov: float
    ) -> None:
        prefix = f"arena_{arena}/" if arena else ""
        self._arena = arena
        optical_frame = f"{prefix}camera_rgb_optical_frame"
        image = Image(height=height, width=width, encoding="rgb8", step=3 * width)
        image.header.frame_id = optical_frame
        image.data = array("B", bytes(3 * height * width))
        self._pixels = np.frombuffer(image.data, dtype=np.uint8).reshape(height, width, 3)
        self._image = Stream(node, f"{prefix}camera/image_raw", image)
        info: CameraInfo = camera_info(optical_frame, height, width, horizontal_fov)
        self._info = Stream(node, f"{prefix}camera/camera_info", info)
        self._odometry = {
            WAFFLE: Stream(node, f"{prefix}odom", _odometry(f"{prefix}odom", f"{prefix}base_footprint")),
            BURGER: Stream(
                node,
                f"{prefix}burger/odom",
                _odometry(f"{prefix}burger/odom", f"{prefix}burger/base_footprint"),
            ),
        }
        self.commands = [
            CommandTopic(node, f"{prefix}cmd_vel", commands, WAFFLE, arena),
            CommandTopic(node, f"{prefix}burger/cmd_vel", commands, BURGER, arena),
        ]

    @property
    def image_wanted(self) -> bool:
        """Whether somebody listens to the camera image."""
        return self._image.wanted

    @property
    def wanted(self) -> bool:
        """Whether somebody listens to anything of this arena."""
        return any(stream.wanted for stream in (self._image, self._info, *self._odometry.values()))

    def look(self) -> None:
        """Find out who listens and who commands."""
        streams = (self._image, self._info, *self._odometry.values())
        parts: tuple[Stream | CommandTopic, ...] = (*streams, *self.commands)
        for part in parts:
            part.look()

    def publish(self, state: SimulatorState, stamp: Time, image: bool) -> None:
        """Publish what somebody listens to; the camera only with `image`."""
        i = self._arena
        if image and self._image.wanted:
            self._pixels[:] = state.frames[i]
            self._image.message.header.stamp = stamp
            self._image.publish()
        if image and self._info.wanted:
            self._info.message.header.stamp = stamp
            self._info.publish()
        for robot, pose, twist in (
            (WAFFLE, state.waffle_pose, state.waffle_twist),
            (BURGER, state.burger_pose, state.burger_twist),
        ):
            stream = self._odometry[robot]
            if stream.wanted:
                _fill_odometry(stream.message, stamp, pose[i], twist[i])
                stream.publish()


class Topics:
    """All topics of a simulation of `arenas`, and /clock."""

    def __init__(
        self, node: Node, arenas: int, commands: Commands, *, height: int, width: int, horizontal_fov: float
    ) -> None:
        self._clock = Stream(node, "/clock", Clock())
        self._arenas = [
            ArenaTopics(node, arena, commands, height=height, width=width, horizontal_fov=horizontal_fov)
            for arena in range(arenas)
        ]
        self._looked = -LOOK_EVERY
        self._wanted = False

    def look(self, now: float) -> bool:
        """Find out who listens and who commands, if the last look was a while before `now` [s]."""
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        self._clock.look()
        for arena in self._arenas:
            arena.look()
        self._wanted = self._clock.wanted or any(arena.wanted for arena in self._arenas)
        return True

    @property
    def attended(self) -> bool:
        """Whether anybody listened or commanded at the last look."""
        return self._wanted or bool(self.commanded())

    def commanded(self) -> list[Subscription]:
        """Return the subscriptions that somebody publishes to."""
        return [
            command.subscription for arena in self._arenas for command in arena.commands if command.commanded
        ]

    @property
    def image_wanted(self) -> bool:
        """Whether somebody listens to the image of any arena."""
        return any(arena.image_wanted for arena in self._arenas)

    def publish(self, state: SimulatorState, *, image: bool = True) -> None:
        """Publish `state` to whoever listens; the cameras only with `image`."""
        if not self._wanted:
            return
        stamp = Time()
        stamp.sec, stamp.nanosec = divmod(state.time_ns, 1_000_000_000)
        if self._clock.wanted:
            self._clock.message.clock = stamp
            self._clock.publish()
        for arena in self._arenas:
            if arena.wanted:
                arena.publish(state, stamp, image)


def _odometry(frame_id: str, child_frame_id: str) -> Odometry:
    message = Odometry(child_frame_id=child_frame_id)
    message.header.frame_id = frame_id
    covariance = (np.eye(6) * COVARIANCE).ravel().tolist()
    message.pose.covariance = covariance
    message.twist.covariance = covariance
    return message


def _fill_odometry(
    message: Odometry, stamp: Time, pose: NDArray[np.float64], twist: NDArray[np.float64]
) -> None:
    message.header.stamp = stamp
    position, orientation = message.pose.pose.position, message.pose.pose.orientation
    position.x, position.y, position.z = pose[:3].tolist()
    orientation.x, orientation.y, orientation.z, orientation.w = pose[3:].tolist()
    linear, angular = message.twist.twist.linear, message.twist.twist.angular
    linear.x, linear.y, linear.z, angular.x, angular.y, angular.z = twist.tolist()
