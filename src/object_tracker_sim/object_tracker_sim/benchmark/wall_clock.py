"""The original sample's way: the simulation runs in real time, and every action is followed by a sleep."""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from typing import Any

import numpy as np
import rclpy
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from sensor_msgs.msg import Image

from object_tracker_agent.envs.actions import action_table
from object_tracker_agent.envs.observations import picture
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset
from object_tracker_agent.rewards import RewardInputs, find_reward
from object_tracker_agent.ros import stay_on_loopback
from object_tracker_agent.simulation import OwnSimulation

FIRST_MESSAGES = 20.0
"""[s] to wait for an image and both poses."""


def steps_per_second(world: str, preset: Preset, steps: int) -> float:
    """Play `steps` random actions in one arena in real time; return how many that were per second.

    Raises:
        UserError: the simulation does not come up.
    """
    observation = preset.observation
    with (
        OwnSimulation(
            world,
            image_height=observation.camera_height,
            image_width=observation.camera_width,
            mode="realtime",
        ) as simulation,
        Robot(simulation.domain_id) as robot,
    ):
        robot.wait()
        table, reward = action_table(preset), find_reward(preset.reward.name)
        generator = np.random.default_rng(3)
        nearest = previous = robot.distance()
        begin = time.perf_counter()
        for _ in range(steps):
            robot.drive(*table[generator.integers(len(table))])
            time.sleep(preset.task.step_time)
            picture(robot.image(), observation)
            distance = robot.distance()
            reward(RewardInputs(distance, previous, nearest, 0.0, 0, preset.task.step_time))
            nearest, previous = min(nearest, distance), distance
        return steps / (time.perf_counter() - begin)


class Robot:
    """The topics of arena 0: the newest of each, whenever it was."""

    def __init__(self, domain_id: int) -> None:
        """Listen on ROS domain `domain_id`."""
        stay_on_loopback(os.environ)
        self._newest: dict[str, Any] = {}
        self._context = rclpy.Context()
        self._context.init(args=[], initialize_logging=False, domain_id=domain_id)
        self._node = rclpy.create_node(
            f"wall_clock_{os.getpid()}",
            context=self._context,
            use_global_arguments=False,
            enable_rosout=False,
        )
        for topic, kind in (("camera/image_raw", Image), ("odom", Odometry), ("burger/odom", Odometry)):
            self._node.create_subscription(kind, topic, self._keeper(topic), 1)
        self._commands = self._node.create_publisher(Twist, "cmd_vel", 1)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._spinner = threading.Thread(target=self._spin, daemon=True)
        self._spinner.start()

    def __enter__(self) -> Robot:
        """Listen already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._spinner.join(5.0)
        self._node.destroy_node()
        self._context.try_shutdown()

    def wait(self) -> None:
        """Wait for the first message of each topic."""
        deadline = time.monotonic() + FIRST_MESSAGES
        while len(self._newest) < 3 or self._commands.get_subscription_count() < 1:
            if time.monotonic() > deadline:
                raise UserError(f"the realtime simulation did not publish within {FIRST_MESSAGES:g} s")
            time.sleep(0.02)

    def drive(self, linear: float, angular: float) -> None:
        """Command velocities, linear [m/s] and angular [rad/s]."""
        command = Twist()
        command.linear.x, command.angular.z = float(linear), float(angular)
        self._commands.publish(command)

    def image(self) -> Any:
        """Return the newest camera image, however old. Shape: (height, width, 3)"""
        message = self._newest["camera/image_raw"]
        return np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, 3)

    def distance(self) -> float:
        """Return the distance of the newest poses [m]."""
        waffle, burger = (self._newest[t].pose.pose.position for t in ("odom", "burger/odom"))
        return math.hypot(burger.x - waffle.x, burger.y - waffle.y)

    def _keeper(self, topic: str) -> Any:
        def keep(message: Any) -> None:
            self._newest[topic] = message

        return keep

    def _spin(self) -> None:
        with contextlib.suppress(ExternalShutdownException):
            self._executor.spin()
