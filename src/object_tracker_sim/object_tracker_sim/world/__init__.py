"""The world node: a running Gazebo offered as ROS topics and the lock-step service."""
