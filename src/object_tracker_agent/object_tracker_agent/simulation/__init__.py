"""A simulation that belongs to this process."""

from object_tracker_agent.simulation.own_simulation import CALL_TIMEOUT, OwnSimulation

__all__ = ["CALL_TIMEOUT", "OwnSimulation"]
