"""How the Burger drives: small functions of named quantities, found by name."""

from object_tracker_agent.motions.inputs import MotionInputs
from object_tracker_agent.motions.registry import ENTRY_POINT_GROUP, Motion, find_motion, motion_names

__all__ = ["ENTRY_POINT_GROUP", "Motion", "MotionInputs", "find_motion", "motion_names"]
