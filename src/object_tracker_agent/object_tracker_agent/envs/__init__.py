"""Environments on a running simulation: one for Gymnasium, one for Stable-Baselines3.

Imported on first use, so that ``import object_tracker_agent`` stays light (the VecEnv brings torch with it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from object_tracker_agent.envs.object_tracker_env import ObjectTrackerEnv
    from object_tracker_agent.envs.vec_env import ObjectTrackerVecEnv

__all__ = ["ObjectTrackerEnv", "ObjectTrackerVecEnv"]


def __getattr__(name: str) -> Any:
    if name == "ObjectTrackerEnv":
        from object_tracker_agent.envs.object_tracker_env import ObjectTrackerEnv

        return ObjectTrackerEnv
    if name == "ObjectTrackerVecEnv":
        from object_tracker_agent.envs.vec_env import ObjectTrackerVecEnv

        return ObjectTrackerVecEnv
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
