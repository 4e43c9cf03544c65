"""Writing to a disk that may be full: the training waits for room, and loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from object_tracker_agent.durable_files import is_disk_full
from object_tracker_agent.errors import UserError
from object_tracker_agent.training.link import Waiting

T = TypeVar("T")
SECONDS = 3600.0  # [s] how long room is waited for
LOOK = 1.0  # [s] between two tries
REMIND = 60.0  # [s] between two lines that say so


class Room:
    """Tries a write again while the disk is full.

    To train on meanwhile would be worth little: a policy that is not durable must not be published, nor may
    the stream be trimmed, or what was made with it could not be accounted for after a crash.
    """

    def __init__(
        self,
        stop: Waiting,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
        seconds: float = SECONDS,
    ) -> None:
        self._stop, self._say, self._seconds = stop, say, seconds

    def wait_for(self, write: Callable[[], T]) -> T:
        """Return ``write()``, which must leave nothing of itself behind when it fails.

        Raises its UserError if that is of another kind, the disk is still full after `seconds`, or a stop is
        asked for.
        """
        since: float | None = None
        said = 0.0
        while True:
            try:
                done = write()
            except UserError as error:
                now = time.monotonic()
                since = now if since is None else since
                left = self._seconds - (now - since)
                if not is_disk_full(error) or self._stop or left <= 0:
                    raise
                if now - said > REMIND or said == 0.0:
                    said = now
                    self._say(
                        f"warning: {error}; the training waits for room, at most {left:.0f} s more, and then"
                        " goes on by itself"
                    )
                self._stop.wait(min(LOOK, left))
                continue
            if since is not None:
                self._say(f"there is room again after {time.monotonic() - since:.0f} s: the training goes on")
            return done
