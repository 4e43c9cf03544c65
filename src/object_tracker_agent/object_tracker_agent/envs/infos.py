"""What environments tell about a step besides the reward."""

from __future__ import annotations

from typing import Any

from object_tracker_agent.envs.episode import Outcome


def info_of(outcome: Outcome, start_seed: int) -> dict[str, Any]:
    """Return the info of a step; its keys are documented at `ObjectTrackerEnv`."""
    info: dict[str, Any] = {
        "distance": outcome.distance,
        "success": outcome.success,
        "is_success": outcome.success,  # the name under which Stable-Baselines3 logs a success rate
        "contact": outcome.contacts,
        "start_seed": start_seed,
    }
    if outcome.interrupted:
        info["interrupted"] = outcome.interrupted
    return info
