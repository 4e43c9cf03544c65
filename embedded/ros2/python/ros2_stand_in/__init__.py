"""The `ros2` command of a machine without a ROS distribution: launch, run, pkg and topic."""
