"""The object tracker's simulation: Gazebo, stepped exactly and offered as ROS."""
