"""What environments tell about a step besides the reward."""

from __future__ import annotations

from typing import Any

from object_tracker_agent.envs.episode import Outcome
from object_tracker_agent.envs.lockstep import LockstepArenas


def info_of(lockstep: LockstepArenas, arena: int, outcome: Outcome) -> dict[str, Any]:
    """Return the info of a step; its keys are documented at `ObjectTrackerEnv`."""
    info: dict[str, Any] = {
        **start_info_of(lockstep, arena),
        "distance": outcome.distance,
        "success": outcome.success,
        "is_success": outcome.success,  # the name under which Stable-Baselines3 logs a success rate
        "contact": outcome.contacts,
    }
    if outcome.interrupted:
        info["interrupted"] = outcome.interrupted
    return info


def start_info_of(lockstep: LockstepArenas, arena: int) -> dict[str, Any]:
    """Return the info of a reset."""
    return {
        "distance": float(lockstep.distances[arena]),
        "bearing": float(lockstep.bearings[arena]),
        "in_view": bool(abs(lockstep.bearings[arena]) <= lockstep.half_view),
        "start_seed": lockstep.start_seeds[arena],
    }
