"""What stands between policy and robot: commands come late and are not obeyed exactly, pixels are noisy."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from object_tracker_agent.envs.randomisation import NEUTRAL, Draw
from object_tracker_agent.presets import Observation

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
STREAM = 3
"""Tells the noise's generator from the others that the same episode's seed makes."""
DRAWN = 2**20
"""Normal deviates that all noise is taken from, each picture's from another place. Drawing them anew took
1.2 ms of every step of 8 arenas of `follow_hard`, this 0.2 ms."""


class Disturbances:
    """Of all arenas; what happens in one depends on its episode alone."""

    def __init__(self, observation: Observation, arenas: int) -> None:
        """Disturb nothing until `begin`."""
        self._draws = [NEUTRAL] * arenas
        self._late: list[deque[npt.NDArray[np.float64]]] = [deque() for _ in range(arenas)]
        self._generators: list[np.random.Generator | None] = [None] * arenas
        self._share = _left_of_noise(observation)
        self._size = observation.height * observation.width * observation.channels
        self._drawn = np.empty(0, np.float32)
        self._noisy: list[int] = []
        self._neutral = True

    def begin(self, arena: int, seed: int, draw: Draw) -> None:
        """Start the episode with `seed` in `arena`."""
        self._draws[arena] = draw
        self._late[arena] = deque([np.zeros(2)] * draw.latency)
        self._generators[arena] = np.random.default_rng([seed, STREAM]) if draw.noise > 0.0 else None
        if draw.noise > 0.0 and not self._drawn.size:
            amount = max(DRAWN, 2 * self._size)
            self._drawn = np.random.default_rng(STREAM).standard_normal(amount, dtype=np.float32)
        self._noisy = [k for k, generator in enumerate(self._generators) if generator is not None]
        self._neutral = all(
            (each.linear_factor, each.angular_factor, each.latency) == (1.0, 1.0, 0) for each in self._draws
        )

    def commands(self, wanted: Array) -> Array:
        """Return what the Waffles do when `wanted` is commanded. Shape of both: (arenas, 2)"""
        if self._neutral:
            return wanted
        given = wanted.copy()
        for arena, (draw, late) in enumerate(zip(self._draws, self._late, strict=True)):
            late.append(given[arena] * (draw.linear_factor, draw.angular_factor))
            given[arena] = late.popleft()
        return given

    def add_noise(self, pictures: Image, arenas: list[int]) -> Image:
        """Return the newest pictures with their arenas' noise.

        The noise is that of the camera's pixels, Gaussian, as far as making a picture smaller and grey leaves
        it: both are means, whose deviation is computed instead of drawing each pixel. Pixels of a picture are
        independent; two pictures seldom have a stretch of the deviates in common, at other pixels. Pictures
        are whole numbers, so the noise may be rounded before it is added.

        Args:
            pictures: of `arenas`, in their order. Shape: (n, height, width, channels)
            arenas: indices.
        """
        if not self._noisy:
            return pictures
        noisy = pictures.copy()
        for row, arena in enumerate(arenas):
            generator = self._generators[arena]
            if generator is None:
                continue
            deviation = 255.0 * self._draws[arena].noise * self._share
            place = int(generator.integers(len(self._drawn) - self._size))
            part = self._drawn[place : place + self._size]
            noise = np.rint(part * np.float32(deviation)).astype(np.int16)
            sums = noise.reshape(noisy[row].shape)
            sums += pictures[row]
            noisy[row] = np.clip(sums, 0, 255)
        return noisy


def _left_of_noise(observation: Observation) -> float:
    """Return a picture's standard deviation as a share of a camera pixel's."""
    averaged = (observation.camera_height / observation.height) * (
        observation.camera_width / observation.width
    )
    luminance = float(np.linalg.norm((0.299, 0.587, 0.114))) if observation.channels == 1 else 1.0
    return luminance / float(np.sqrt(averaged))
