"""Train: one trainer, rollout workers, a simulation each; see object_tracker_sim.launching."""

from launch import LaunchDescription

from object_tracker_sim.launching import distributed_training
from object_tracker_sim.launching.arguments import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the launch description."""
    return launch_description(__file__, distributed_training.Arguments, distributed_training.actions)
