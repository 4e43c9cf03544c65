"""How long an update may still take once a stop has been asked for."""

from __future__ import annotations

import time

from object_tracker_agent.training.link import Waiting

# `ros2 launch` follows SIGINT with SIGTERM after 5 s
SECONDS = 3.0


class Patience:
    """Begins to run out at the first look after the stop was asked for."""

    def __init__(self, stop: Waiting, seconds: float = SECONDS) -> None:
        self._stop = stop
        self._seconds = seconds
        self._since: float | None = None

    def is_over(self) -> bool:
        """Tell whether `seconds` have passed since the stop was noticed."""
        if not self._stop:
            return False
        if self._since is None:
            self._since = time.monotonic()
        return time.monotonic() - self._since >= self._seconds
