"""The program `world`."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

from rclpy.node import Node

from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import Stop, die_with_parent, without_ros_arguments
from object_tracker_agent.ros import stay_on_loopback
from object_tracker_sim.world.node import World, make_node
from object_tracker_sim.world.settings import settings_from_parameters

# Parameters that every ROS node has.
COMMON_PARAMETERS = ("use_sim_time", "start_type_description_service", "qos_overrides")
STOP_PATIENCE = 1.0
"""[s] After a stop was asked for, a simulator that still keeps the node busy is ended."""


def main(arguments: list[str]) -> int:
    """Run the node until it is stopped. Parameters: see WorldSettings."""
    die_with_parent()
    stop = Stop().install()
    rest = without_ros_arguments(arguments)
    if rest:
        raise UserError(f"unknown argument {rest[0]}: parameters are given as --ros-args -p NAME:=VALUE")
    stay_on_loopback(os.environ)
    try:
        node = make_node(arguments)
    except RuntimeError as error:  # rclpy's RCLError: what follows --ros-args cannot be parsed
        raise UserError(f"the ROS arguments cannot be used: {str(error).splitlines()[0]}") from None
    context = node.context
    finished = threading.Event()
    try:
        world = World(node, settings_from_parameters(_parameters(node)), _log)
        threading.Thread(target=_end_when_stuck, args=(stop, world, finished), daemon=True).start()
        try:
            world.run(lambda: bool(stop))
        finally:
            finished.set()
            world.close()
    finally:
        node.destroy_node()
        context.try_shutdown()
    return 0


def _end_when_stuck(stop: Stop, world: World, finished: threading.Event) -> None:
    """End the simulator when a step that never returns keeps the node from noticing the stop."""
    while not stop.wait(3600.0):
        pass
    if not finished.wait(STOP_PATIENCE):
        world.supervisor.abort()


def _parameters(node: Node) -> Mapping[str, Any]:
    parameters = node.get_parameters_by_prefix("")
    return {
        name: parameter.value
        for name, parameter in parameters.items()
        if not name.startswith(COMMON_PARAMETERS)
    }


def _log(line: str) -> None:
    print(f"world: {line}", flush=True)
