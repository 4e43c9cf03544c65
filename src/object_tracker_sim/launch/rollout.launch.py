"""Add a rollout worker to a training under way; see object_tracker_sim.launching."""

from launch import LaunchDescription

from object_tracker_sim.launching import rollout
from object_tracker_sim.launching.arguments import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the launch description."""
    return launch_description(__file__, rollout.Arguments, rollout.actions)
