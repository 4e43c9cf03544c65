"""The pinhole camera."""

from __future__ import annotations

import math

import numpy as np
import pytest

from object_tracker_sim.world.camera_model import camera_info


def test_square_image_with_a_right_angle() -> None:
    info = camera_info("camera", 100, 100, math.pi / 2.0)
    assert info.header.frame_id == "camera"
    np.testing.assert_allclose(
        np.reshape(info.k, (3, 3)), [[50.0, 0.0, 49.5], [0.0, 50.0, 49.5], [0.0, 0.0, 1.0]]
    )


def test_edges_of_the_field_of_view() -> None:
    """A ray at half the field of view leaves the image exactly at the outer edge of the last pixel."""
    fov, height, width = 1.085595, 120, 160
    info = camera_info("camera", height, width, fov)
    projection = np.reshape(info.p, (3, 4))
    x, y, w = projection @ [math.tan(fov / 2.0), 0.0, 1.0, 1.0]
    assert x / w == pytest.approx(width - 0.5)
    assert y / w == pytest.approx((height - 1) / 2.0)


def test_an_ideal_camera() -> None:
    info = camera_info("camera", 120, 160, 1.0)
    assert (info.height, info.width) == (120, 160)
    assert info.distortion_model == "plumb_bob"
    assert list(info.d) == [0.0] * 5
    np.testing.assert_array_equal(np.reshape(info.r, (3, 3)), np.eye(3))
    np.testing.assert_array_equal(np.reshape(info.p, (3, 4))[:, :3], np.reshape(info.k, (3, 3)))
