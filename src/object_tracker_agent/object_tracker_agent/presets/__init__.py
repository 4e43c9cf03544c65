"""Tasks as data: what is learnt and how, read from YAML and checked. Needs neither torch nor ROS."""

from object_tracker_agent.presets.files import load_preset, preset_names
from object_tracker_agent.presets.preset import Preset
from object_tracker_agent.presets.settings import (
    Action,
    ActionRanges,
    Algorithm,
    Burger,
    Colour,
    Convolution,
    Follow,
    Network,
    Observation,
    Randomisation,
    Range,
    Reward,
    Start,
    StartPose,
    Task,
    Training,
)

__all__ = [
    "Action",
    "ActionRanges",
    "Algorithm",
    "Burger",
    "Colour",
    "Convolution",
    "Follow",
    "Network",
    "Observation",
    "Preset",
    "Randomisation",
    "Range",
    "Reward",
    "Start",
    "StartPose",
    "Task",
    "Training",
    "load_preset",
    "preset_names",
]
