"""Environments, trainer, rollout worker and evaluation of the object tracker.

Importing it registers ``ObjectTracker-v0`` with Gymnasium and nothing more: no torch, no ROS. What most
people want of it is here, imported on first use:

- ``make_vec_env``: a simulation of one's own as a VecEnv of Stable-Baselines3.
- ``load_policy``: the policy of a checkpoint, with Stable-Baselines3's ``predict``.
- ``load_preset``: a task and how it is learnt.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from object_tracker_agent.envs.registration import register_environment

if TYPE_CHECKING:
    from object_tracker_agent.envs import make_vec_env
    from object_tracker_agent.policies import load_policy
    from object_tracker_agent.presets import load_preset

__all__ = ["load_policy", "load_preset", "make_vec_env"]

_MODULES = {"load_policy": "policies", "load_preset": "presets", "make_vec_env": "envs"}

register_environment()


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
