"""Registration of ``ObjectTracker-v0`` with Gymnasium."""

from __future__ import annotations

ENVIRONMENT_ID = "ObjectTracker-v0"


def register_environment() -> None:
    """Make ``gymnasium.make("ObjectTracker-v0")`` known; done when `object_tracker_agent` is imported.

    Gymnasium 1.0 and later look for no plug-ins by themselves: import `object_tracker_agent` first, or let
    Gymnasium do it with ``gymnasium.make("object_tracker_agent:ObjectTracker-v0")``.
    Episodes end by the environment's own rules, so Gymnasium adds no time limit of its own.
    """
    try:
        import gymnasium
    except ModuleNotFoundError as error:
        if error.name != "gymnasium":
            raise
        return  # presets, rewards and the ROS parts work without Gymnasium
    if ENVIRONMENT_ID not in gymnasium.registry:
        gymnasium.register(
            id=ENVIRONMENT_ID,
            entry_point="object_tracker_agent.envs.object_tracker_env:ObjectTrackerEnv",
            vector_entry_point="object_tracker_agent.envs.vector_env:ObjectTrackerVectorEnv",
        )
