"""How the commands that own a simulation are stopped: by an exception, so that what they opened is closed."""

from __future__ import annotations

import signal
from types import FrameType


def raise_on_stop() -> None:
    """Raise KeyboardInterrupt on the first SIGINT or SIGTERM; later ones do not disturb the clearing up.

    Main thread only.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    raise KeyboardInterrupt
