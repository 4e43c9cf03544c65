"""Environments on a running simulation: for Gymnasium, alone and vectorised, and for Stable-Baselines3.

Imported on first use, so that ``import object_tracker_agent`` stays light (the VecEnv brings torch with it).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from object_tracker_agent.envs.making import make_vec_env
    from object_tracker_agent.envs.object_tracker_env import ObjectTrackerEnv
    from object_tracker_agent.envs.vec_env import ObjectTrackerVecEnv
    from object_tracker_agent.envs.vector_env import ObjectTrackerVectorEnv

__all__ = ["ObjectTrackerEnv", "ObjectTrackerVecEnv", "ObjectTrackerVectorEnv", "make_vec_env"]

_MODULES = {
    "ObjectTrackerEnv": "object_tracker_env",
    "ObjectTrackerVecEnv": "vec_env",
    "ObjectTrackerVectorEnv": "vector_env",
    "make_vec_env": "making",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
