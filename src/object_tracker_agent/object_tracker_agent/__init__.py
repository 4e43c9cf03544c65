"""Environments, trainer, rollout worker and evaluation of the object tracker.

Importing it registers ``ObjectTracker-v0`` with Gymnasium and nothing more: no torch, no ROS.
"""

from object_tracker_agent.envs.registration import register_environment

register_environment()
