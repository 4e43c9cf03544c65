"""The environment for Stable-Baselines3, with a simulation of its own."""

from __future__ import annotations

from object_tracker_agent.envs.joining import checked_preset, checked_render_mode, join
from object_tracker_agent.envs.vec_env import ObjectTrackerVecEnv
from object_tracker_agent.presets import Preset


def make_vec_env(
    preset: str | Preset = "approach",
    arenas: int | None = None,
    *,
    simulation: str = "own",
    world: str | None = None,
    seed: int = 0,
    render_mode: str | None = None,
) -> ObjectTrackerVecEnv:
    """Start a simulation and return all its arenas as one VecEnv; its ``close`` ends the simulation.

    Args:
        preset: name, path of a .yaml file, or a `Preset`.
        arenas: 1 to 16; None: as many as the preset trains with. A simulation that is joined has its own.
        simulation: ``own``: starts a Gazebo; ``attach``: joins the running one on ROS_DOMAIN_ID.
        world: own simulation only: name or path of a world file; None: the preset's.
        seed: of the run, 0 or more.
        render_mode: None, or ``rgb_array``: ``render`` gives camera images.

    Raises:
        UserError: an argument is not right, or the simulation does not come up; says what to do.
    """
    chosen, mode = checked_preset(preset), checked_render_mode(render_mode)
    joined = join(chosen, simulation, world, chosen.training.arenas if arenas is None else arenas)
    try:
        return ObjectTrackerVecEnv(joined.client, chosen, seed=seed, render_mode=mode, on_close=joined.close)
    except BaseException:
        joined.close()
        raise
