"""world.launch.py: the simulation by itself, which the other launch files include."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from launch import LaunchContext

from object_tracker_agent.errors import UserError
from object_tracker_agent.ros import choose_domain
from object_tracker_agent.ros.transport import PROFILE_VARIABLE
from object_tracker_sim.launching import simulation
from object_tracker_sim.launching.arguments import (
    argument,
    one_of,
    positive_number,
    true_or_false,
    whole_number,
)
from object_tracker_sim.launching.processes import must_last, ros_program
from object_tracker_sim.launching.restarting import RESTARTS, restarted, restarts_of
from object_tracker_sim.simulator import resolve_world

# What an including group may set for its simulation alone (DomainChoice.environment)
GROUP_VARIABLES = (
    "ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_LOCALHOST_ONLY", PROFILE_VARIABLE
)  # fmt: skip


@dataclass(frozen=True)
class Arguments:
    """Launch arguments of world.launch.py."""

    mode: str = argument(
        "lockstep",
        "lockstep: time moves only by the service /world/step; realtime: time moves by itself",
        one_of("lockstep", "realtime"),
    )
    world: str = argument("empty", "name of an installed world, or path of a world file")
    arenas: int = argument("1", "independent pairs of robots in the one world, 1 to 16", whole_number(1, 16))
    real_time_factor: float = argument(
        "1.0", "in mode realtime: simulated seconds per second, above 0", positive_number
    )
    camera_rate: float = argument(
        "30.0",
        "in mode realtime: camera images per simulated second [Hz], above 0; at most one per physics step",
        positive_number,
    )
    gui: bool = argument(
        "false", "true: show the simulation in Gazebo's window on your DISPLAY", true_or_false
    )


def actions(context: LaunchContext, arguments: Arguments) -> Iterable[Any]:
    """Start the world node; its end is the end of the launch."""
    inside = context.launch_configurations.get(simulation.INCLUDED_AS)
    label = inside or "world"
    parameters: dict[str, Any] = {
        "mode": arguments.mode,
        "world": str(resolve_world(arguments.world)),
        "arenas": arguments.arenas,
    }
    if arguments.mode == "realtime":
        parameters["real_time_factor"] = arguments.real_time_factor
        parameters["camera_rate"] = arguments.camera_rate
    elif arguments.real_time_factor != 1.0:
        raise UserError("real_time_factor needs mode:=realtime; in lockstep only /world/step moves time")
    elif arguments.camera_rate != 30.0:
        raise UserError("camera_rate needs mode:=realtime; in lockstep every step has an image")
    if arguments.gui:
        if not os.environ.get("DISPLAY"):
            raise UserError("gui:=true needs a display, but DISPLAY is not set; leave gui out or set DISPLAY")
        parameters["gui"] = True
    if inside:
        parameters["image_height"] = int(context.launch_configurations[simulation.IMAGE_HEIGHT])
        parameters["image_width"] = int(context.launch_configurations[simulation.IMAGE_WIDTH])
        if (restarts := restarts_of(context)) > RESTARTS:  # the node starts its simulator again so often
            parameters["restarts"] = restarts
        # A node that is started again would find the group's variables gone
        group = {name: os.environ[name] for name in GROUP_VARIABLES if name in os.environ}

        def again() -> Any:
            return ros_program(
                "object_tracker_sim", "world", label=label, parameters=parameters, environment=group
            )

        return restarted(again, label, finished="failure")
    domain = choose_domain(os.environ)
    node = ros_program(
        "object_tracker_sim", "world", label=label, parameters=parameters, environment=domain.environment
    )
    return [simulation.announce(label, domain), must_last(node, label), node]
