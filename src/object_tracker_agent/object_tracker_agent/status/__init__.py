"""How a training stands: the command ``ros2 run object_tracker_agent status``."""
