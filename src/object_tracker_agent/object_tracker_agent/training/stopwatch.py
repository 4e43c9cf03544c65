"""Where the wall clock of a loop goes."""

from __future__ import annotations

import time


class Stopwatch:
    """Books the time between two looks to a part. A look takes less than a microsecond."""

    def __init__(self) -> None:
        """Begin now."""
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, part: str) -> None:
        """Book the time since the last look to `part` [s]."""
        now = time.monotonic()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - self._last
        self._last = now

    def take(self) -> dict[str, float]:
        """Return what has been booked since the last `take` and begin anew."""
        seconds, self.seconds = self.seconds, {}
        return seconds
