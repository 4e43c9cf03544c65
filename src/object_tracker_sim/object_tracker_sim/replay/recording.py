"""What one arena showed, as a digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from object_tracker_agent.ros import StepReply


class Recording:
    """The SHA-256 over everything the simulation told of one arena, and its last poses.

    Each instant adds, in this order and little-endian: the stamp [ns] as int64, the camera image (height,
    width, 3, uint8), the Waffle's and the Burger's pose (7 float64 each, as in Step.srv).
    """

    def __init__(self, arena: int = 0) -> None:
        """Record nothing yet of `arena`."""
        self._arena = arena
        self._sha256 = hashlib.sha256()
        self.waffle_pose: NDArray[np.float64] = np.full(7, np.nan)
        self.burger_pose: NDArray[np.float64] = np.full(7, np.nan)

    def add(self, reply: StepReply) -> None:
        """Add the instant of `reply`."""
        self.waffle_pose = reply.waffle_pose[self._arena].copy()
        self.burger_pose = reply.burger_pose[self._arena].copy()
        self._sha256.update(reply.stamp_ns.to_bytes(8, "little", signed=True))
        self._sha256.update(np.ascontiguousarray(reply.frames[self._arena]).data)
        self._sha256.update(self.waffle_pose.astype("<f8").tobytes())
        self._sha256.update(self.burger_pose.astype("<f8").tobytes())

    def digest(self) -> str:
        """Return the SHA-256 so far, in hexadecimal."""
        return self._sha256.hexdigest()
