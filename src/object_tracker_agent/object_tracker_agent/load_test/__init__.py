"""How much one trainer takes in: ``ros2 run object_tracker_agent load_test``, without Gazebo."""
