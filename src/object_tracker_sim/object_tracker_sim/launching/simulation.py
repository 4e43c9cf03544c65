"""One simulation within a launch: world.launch.py, included with a ROS domain of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from launch.actions import GroupAction, IncludeLaunchDescription, LogInfo, SetEnvironmentVariable
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare

from object_tracker_agent.ros import DomainChoice, choose_domain
from object_tracker_sim.simulator import resolve_world

# Launch configurations by which our launch files tell world.launch.py what users need not set.
INCLUDED_AS = "simulation_label"
IMAGE_HEIGHT = "simulation_image_height"
IMAGE_WIDTH = "simulation_image_width"


@dataclass(frozen=True)
class Simulation:
    """What a lock-step simulation of this launch is to be."""

    label: str  # marks its lines
    world: Path
    arenas: int  # 1 .. 16
    image_height: int  # [pixel]
    image_width: int  # [pixel]
    domain: DomainChoice


def world_name(given: str) -> str:
    """Return a world as a run remembers it: its name, or the absolute path of a file.

    Raises UserError if there is no such world.
    """
    path = resolve_world(given)
    return given if "/" not in given and path.stem == given else str(path)


def own_domains(environment: dict[str, str], count: int) -> list[DomainChoice]:
    """Return a ROS domain for each of `count` simulations; the first honours the user's ROS_DOMAIN_ID."""
    others = {name: value for name, value in environment.items() if name != "ROS_DOMAIN_ID"}
    return [choose_domain(environment if index == 0 else others) for index in range(count)]


def announce(label: str, domain: DomainChoice) -> LogInfo:
    """Say where a simulation's topics are."""
    return LogInfo(
        msg=f"{label}: ROS_DOMAIN_ID={domain.domain_id}. To look at its topics: {domain.attach_hint}"
    )


def include_simulation(simulation: Simulation) -> GroupAction:
    """Return the actions that start a simulation; nothing of its settings leaks into the includer."""
    path = PathJoinSubstitution([FindPackageShare("object_tracker_sim"), "launch", "world.launch.py"])
    settings = {
        "mode": "lockstep",
        "world": str(simulation.world),
        "arenas": str(simulation.arenas),
        "real_time_factor": "1.0",
        "camera_rate": "30.0",
        "gui": "false",
        INCLUDED_AS: simulation.label,
        IMAGE_HEIGHT: str(simulation.image_height),
        IMAGE_WIDTH: str(simulation.image_width),
    }
    environment = simulation.domain.environment
    return GroupAction(
        [
            *(SetEnvironmentVariable(name, value) for name, value in environment.items()),
            IncludeLaunchDescription(PythonLaunchDescriptionSource(path), launch_arguments=settings.items()),
        ]
    )
