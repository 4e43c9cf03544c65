"""Where the Burger is as the Waffle sees it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def distance_and_bearing(waffle_pose: Array, burger_pose: Array) -> tuple[Array, Array]:
    """Return distance [m] and bearing [rad] of each Burger from its Waffle, in the plane.

    Args:
        waffle_pose: poses of base_footprint, x, y, z [m] and quaternion x, y, z, w. Shape: (arenas, 7)
        burger_pose: likewise. Shape: (arenas, 7)

    Returns:
        Distances between the origins and bearings in -pi .. pi, 0 straight ahead, positive to the left.
        Shape of both: (arenas,)
    """
    offset = burger_pose[:, :2] - waffle_pose[:, :2]
    bearing = np.arctan2(offset[:, 1], offset[:, 0]) - yaw(waffle_pose[:, 3:])
    return np.hypot(offset[:, 0], offset[:, 1]), (bearing + np.pi) % (2 * np.pi) - np.pi


def yaw(quaternion: Array) -> Array:
    """Return the angle about +z [rad] of quaternions x, y, z, w. Shape: (n, 4) to (n,)."""
    x, y, z, w = quaternion.T
    return np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
