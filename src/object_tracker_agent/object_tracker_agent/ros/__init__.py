"""ROS 2 as the agent uses it: the domain of a run, its transport, and the client of the lock-step service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from object_tracker_agent.ros.domains import DomainChoice, choose_domain
from object_tracker_agent.ros.transport import stay_on_loopback, transport_environment

if TYPE_CHECKING:
    from object_tracker_agent.ros.step_client import StepClient
    from object_tracker_agent.ros.step_errors import SimulationLost, StepRefused
    from object_tracker_agent.ros.step_types import ArenaStart, SimulationDescription, StepReply

__all__ = [
    "ArenaStart",
    "DomainChoice",
    "SimulationDescription",
    "SimulationLost",
    "StepClient",
    "StepRefused",
    "StepReply",
    "choose_domain",
    "stay_on_loopback",
    "transport_environment",
]

# rclpy and the messages take half a second to import, and a launch file needs only the domain.
_MODULES = {
    "ArenaStart": "step_types",
    "SimulationDescription": "step_types",
    "StepReply": "step_types",
    "SimulationLost": "step_errors",
    "StepRefused": "step_errors",
    "StepClient": "step_client",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
