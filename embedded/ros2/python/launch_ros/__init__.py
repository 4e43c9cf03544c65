"""Stand-in for the parts of ROS 2's `launch_ros` that this workspace's launch files use."""

from launch import _missing

__getattr__ = _missing.refuse_names_of(__name__)
