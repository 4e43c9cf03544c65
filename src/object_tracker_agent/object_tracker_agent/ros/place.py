"""On which processor a thread waits for another process."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable


class Place:
    """Lets a thread wake up where it went to sleep.

    Two processes that take turns are best on one processor: when one goes to sleep there the other can go
    on at once, and finds what it is given in the cache. Waking another processor takes about 0.1 ms on a
    virtual machine. The system cannot know that they take turns, so the thread is bound while it waits, and
    only then.
    """

    def __init__(self) -> None:
        self._processor: Callable[[], int] | None = getattr(ctypes.CDLL(None), "sched_getcpu", None)
        self._before: set[int] = set()

    def hold(self) -> int:
        """Bind this thread to the processor it is on, until `release`; return that, -1 if it is free."""
        here = -1 if self._processor is None else self._processor()
        if here < 0:
            return -1
        before = os.sched_getaffinity(0)
        if len(before) < 2:  # there is nothing to choose
            return -1
        try:
            os.sched_setaffinity(0, (here,))
        except OSError:
            return -1
        self._before = before
        return here

    def release(self) -> None:
        """Let the thread run where it might before `hold`."""
        before, self._before = self._before, set()
        if before:
            with contextlib.suppress(OSError):  # somebody has taken processors away meanwhile
                os.sched_setaffinity(0, before)
