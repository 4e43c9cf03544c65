"""The spaces a preset's policy works on."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces

from object_tracker_agent.envs.actions import action_space
from object_tracker_agent.presets import Preset

__all__ = ["action_space", "channel_first", "observation_shape", "observation_space"]


def observation_shape(preset: Preset) -> tuple[int, int, int]:
    """Return (channels · stack, height, width), the layout SB3's convolutions take."""
    return preset.observation.shape


def observation_space(preset: Preset) -> spaces.Box:
    """Return the channel-first space of the policy's pictures, uint8 from 0 to 255."""
    return spaces.Box(0, 255, observation_shape(preset), np.uint8)


def channel_first(observations: np.ndarray) -> np.ndarray:
    """Turn pictures (..., H, W, C), as the environment gives them, into new arrays (..., C, H, W)."""
    # Always a copy: with one channel NumPy takes the moved axes for contiguous as they are, and torch then
    # computes in another memory layout, with other rounding
    return np.moveaxis(observations, -1, -3).copy(order="C")
