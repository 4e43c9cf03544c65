"""From camera images to what the policy sees."""

from __future__ import annotations

from typing import Any

import cv2
import gymnasium
import numpy as np
import numpy.typing as npt

from object_tracker_agent.envs.disturbances import Disturbances
from object_tracker_agent.presets import Observation

Image = npt.NDArray[np.uint8]


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
    return _picture(frame, settings.height, settings.width, settings.channels)


def pictures(frames: Image, settings: Observation) -> Image:
    """Make one picture of each camera image, in one go where that gives the same as `picture` one by one.

    Args:
        frames: RGB. Shape: (n, camera height, camera width, 3)
        settings: size and channels of a picture.

    Returns:
        Shape: (n, height, width, channels)
    """
    count, height, width, _ = frames.shape
    if height % settings.height or width % settings.width or not frames.flags.c_contiguous:
        return np.stack([picture(frame, settings) for frame in frames])
    # The areas that a pixel is the mean of do not reach across images, so one below the other is as good.
    tall = frames.reshape(count * height, width, 3)
    shape = (count, settings.height, settings.width, settings.channels)
    return _picture(tall, count * settings.height, settings.width, settings.channels).reshape(shape)


def half_channels(settings: Observation) -> int:
    """Return the channels of a picture if that is the camera image in half the size; else 0.

    Such pictures the simulator program makes itself, the same to the bit (halving.hh of object_tracker_sim).
    """
    half = (2 * settings.height, 2 * settings.width) == (settings.camera_height, settings.camera_width)
    return settings.channels if half else 0


def _picture(frame: Image, height: int, width: int, channels: int) -> Image:
    shrunk: Any = frame
    if frame.shape[:2] != (height, width):
        shrunk = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
    if channels == 3:
        return shrunk
    luminance: Any = cv2.cvtColor(shrunk, cv2.COLOR_RGB2GRAY)  # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B
    return luminance.reshape(height, width, 1)


class ObservationStacks:
    """The latest pictures of every arena, put together along the channels, the newest last."""

    def __init__(self, settings: Observation, arenas: int) -> None:
        """Start with black pictures for `arenas` arenas."""
        self._settings = settings
        self._stacks = np.zeros((arenas, *(observation_space(settings).shape or ())), dtype=np.uint8)

    def begin(
        self, arena: int, frame: Image, disturbances: Disturbances | None = None, half: Image | None = None
    ) -> None:
        """Fill the stack of `arena` with the first camera image of an episode; `half`: the picture of it."""
        first = (picture(frame, self._settings) if half is None else half)[None]
        if disturbances is not None:
            first = disturbances.add_noise(first, [arena])
        self._stacks[arena] = np.tile(first[0], self._settings.stack)

    def push(
        self,
        frames: Image,
        arenas: list[int],
        disturbances: Disturbances | None = None,
        halves: Image | None = None,
    ) -> None:
        """Add the next camera image of each of `arenas`; the oldest picture of each of their stacks goes.

        Args:
            frames: of all arenas. Shape: (arenas, camera height, camera width, 3)
            arenas: the stacks of the others stay as they are.
            disturbances: adds the cameras' noise.
            halves: the pictures that `frames` make, if they are there already. Shape: as of `pictures`
        """
        if not arenas:
            return
        channels = self._settings.channels
        everyone = len(arenas) == len(self._stacks)
        stacks = self._stacks if everyone else self._stacks[arenas]
        if self._settings.stack > 1:
            stacks[..., :-channels] = stacks[..., channels:].copy()  # they overlap
        if halves is None:
            newest = pictures(frames if everyone else frames[arenas], self._settings)
        else:
            newest = halves if everyone else halves[arenas]
        stacks[..., -channels:] = newest if disturbances is None else disturbances.add_noise(newest, arenas)
        if not everyone:
            self._stacks[arenas] = stacks

    def observations(self) -> Image:
        """Return a copy of all stacks. Shape: (arenas, height, width, channels * stack)"""
        return self._stacks.copy()
