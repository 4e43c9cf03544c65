"""The pinhole camera as sensor_msgs/CameraInfo states it."""

from __future__ import annotations

import math

from sensor_msgs.msg import CameraInfo


def camera_info(frame_id: str, height: int, width: int, horizontal_fov: float) -> CameraInfo:
    """Return the calibration of an ideal camera: square pixels, no distortion.

    Focal length [pixel] from the definition of the field of view, f = (width / 2) / tan(fov / 2). The axis
    goes through the middle of the image, which is ((width - 1) / 2, (height - 1) / 2) where whole numbers
    are the centres of pixels, as OpenCV and image_geometry count.

    Args:
        frame_id: Optical frame: z forward, x right, y down (REP-103).
        height: [pixel]
        width: [pixel]
        horizontal_fov: [rad], 0 < horizontal_fov < pi.
    """
    f = width / 2.0 / math.tan(horizontal_fov / 2.0)
    cx, cy = (width - 1) / 2.0, (height - 1) / 2.0
    info = CameraInfo(height=height, width=width, distortion_model="plumb_bob")
    info.header.frame_id = frame_id
    info.d = [0.0] * 5
    info.k = [f, 0.0, cx, 0.0, f, cy, 0.0, 0.0, 1.0]
    info.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    info.p = [f, 0.0, cx, 0.0, 0.0, f, cy, 0.0, 0.0, 0.0, 1.0, 0.0]
    return info
