"""One running Gazebo as a Python object: started, stepped, watched over, ended.

Nothing in here knows of ROS. The program that embeds Gazebo is in ``simulator/`` of this package's sources.
"""

from object_tracker_sim.simulator.frame_memory import FrameMemory
from object_tracker_sim.simulator.record import Done
from object_tracker_sim.simulator.supervisor import Simulator
from object_tracker_sim.simulator.types import (
    Appearance,
    RequestError,
    Reset,
    SimulatorDescription,
    SimulatorError,
    SimulatorSettings,
    SimulatorState,
    StartError,
)
from object_tracker_sim.simulator.worlds import resolve_world, world_names

__all__ = [
    "Appearance",
    "Done",
    "FrameMemory",
    "RequestError",
    "Reset",
    "Simulator",
    "SimulatorDescription",
    "SimulatorError",
    "SimulatorSettings",
    "SimulatorState",
    "StartError",
    "resolve_world",
    "world_names",
]
