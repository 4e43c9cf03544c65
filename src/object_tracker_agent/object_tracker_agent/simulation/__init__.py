"""A simulation that belongs to this process."""

from object_tracker_agent.simulation.own_simulation import OwnSimulation

__all__ = ["OwnSimulation"]
