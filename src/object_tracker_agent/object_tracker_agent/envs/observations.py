"""From camera images to what the policy sees."""

from __future__ import annotations

from typing import Any

import cv2
import gymnasium
import numpy as np
import numpy.typing as npt

from object_tracker_agent.presets import Observation

Image = npt.NDArray[np.uint8]

# Luminance of ITU-R BT.601, with the digits of the original's agent. Order: red, green, blue.
LUMINANCE = np.array([[0.2989, 0.587, 0.114]], dtype=np.float32)


def observation_space(settings: Observation) -> gymnasium.spaces.Box:
    """Return the space of one arena's observation: uint8, shape (height, width, channels * stack)."""
    shape = (settings.height, settings.width, settings.channels * settings.stack)
    return gymnasium.spaces.Box(low=0, high=255, shape=shape, dtype=np.uint8)


def picture(frame: Image, settings: Observation) -> Image:
    """Make one picture of one camera image: shrunk by the mean over areas, then luminance if so set.

    Args:
        frame: RGB. Shape: (camera height, camera width, 3)
        settings: size and channels of the picture.

    Returns:
        Shape: (height, width, channels)
    """
    shrunk: Any = frame
    if frame.shape[:2] != (settings.height, settings.width):
        shrunk = cv2.resize(frame, (settings.width, settings.height), interpolation=cv2.INTER_AREA)
    if settings.channels == 3:
        return shrunk
    luminance: Any = cv2.transform(shrunk, LUMINANCE)  # rounded to the nearest
    return luminance.reshape(settings.height, settings.width, 1)


class ObservationStacks:
    """The latest pictures of every arena, put together along the channels, the newest last."""

    def __init__(self, settings: Observation, arenas: int) -> None:
        """Start with black pictures for `arenas` arenas."""
        self._settings = settings
        self._stacks = np.zeros((arenas, *(observation_space(settings).shape or ())), dtype=np.uint8)

    def begin(self, arena: int, frame: Image) -> None:
        """Fill the stack of `arena` with the first camera image of an episode."""
        self._stacks[arena] = np.tile(picture(frame, self._settings), self._settings.stack)

    def push(self, arena: int, frame: Image) -> None:
        """Add the next camera image of `arena`; the oldest picture of its stack goes."""
        channels = self._settings.channels
        stack = self._stacks[arena]
        if self._settings.stack > 1:
            stack[:, :, :-channels] = stack[:, :, channels:].copy()  # they overlap
        stack[:, :, -channels:] = picture(frame, self._settings)

    def observations(self) -> Image:
        """Return a copy of all stacks. Shape: (arenas, height, width, channels * stack)"""
        return self._stacks.copy()
