"""When simulated time moves in realtime mode, by how much, and at which instants the camera looks."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_TICK = 0.04
"""[s] of wall clock between two looks at the commands."""
LARGEST_LAG = 0.25
"""[s] of wall clock. A simulation further behind than this gives the lost time up instead of rushing."""


@dataclass(frozen=True)
class Tick:
    """One move of simulated time."""

    iterations: int
    """Physics iterations."""
    image: bool
    """Whether the camera looks at the end of it."""


class Pacer:
    """Maps simulated time to wall clock: `real_time_factor` simulated seconds per second.

    Images are due at the physics iterations nearest to multiples of 1/`camera_rate`, so that their mean
    rate is exact and each is stamped with the instant it shows.
    """

    def __init__(self, physics_step: float, camera_rate: float, real_time_factor: float, now: float) -> None:
        self._iterations_per_second = real_time_factor / physics_step
        # Not below 1: an image needs an instant of its own.
        self._iterations_per_image = max(1.0, 1.0 / (camera_rate * physics_step))
        self._longest = max(1, int(LONGEST_TICK * self._iterations_per_second))
        self._done = 0  # iterations since `_start`
        self._image_number = 1
        self._start = now
        self.lost = 0.0
        """[s] of wall clock given up so far because the simulation was too slow."""

    def next(self) -> Tick:
        """Return what is to be done at `deadline`; `advance` says that it has been done."""
        to_image = self._image_iteration() - self._done
        return Tick(iterations=min(to_image, self._longest), image=to_image <= self._longest)

    def deadline(self) -> float:
        """Return when the next tick's end is due on the wall clock [s]."""
        return self._start + (self._done + self.next().iterations) / self._iterations_per_second

    def advance(self, tick: Tick, now: float) -> None:
        """Note that `tick` was done, ending at `now` [s]."""
        self._done += tick.iterations
        self._image_number += tick.image
        lag = now - (self._start + self._done / self._iterations_per_second)
        if lag > LARGEST_LAG:
            self._start += lag
            self.lost += lag

    def _image_iteration(self) -> int:
        return round(self._image_number * self._iterations_per_image)
