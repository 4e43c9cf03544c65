"""Stand-in for the parts of ROS 2's `launch` that this workspace's launch files use."""

from launch import _missing
from launch._core import LaunchContext, LaunchDescription, Substitution

__all__ = ["LaunchContext", "LaunchDescription", "Substitution"]
__getattr__ = _missing.refuse_names_of(__name__)
