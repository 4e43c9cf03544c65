"""The world node's parameters."""

from __future__ import annotations

from typing import Any

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.world.settings import WorldSettings, settings_from_parameters


def test_defaults() -> None:
    assert settings_from_parameters({}) == WorldSettings()


def test_whole_numbers_do_for_decimal_ones() -> None:
    settings = settings_from_parameters({"mode": "realtime", "real_time_factor": 2, "camera_rate": 10})
    assert (settings.real_time_factor, settings.camera_rate) == (2.0, 10.0)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("arenas", 0, "arenas: 0 is out of range, allowed are 1 to 16"),
        ("arenas", 17, "arenas: 17 is out of range, allowed are 1 to 16"),
        ("arenas", 2.0, "arenas: 2.0 is not of type int"),
        ("arenas", True, "arenas: True is not of type int"),
        ("mode", "fast", "mode: 'fast' is not one of lockstep, realtime"),
        ("world", 3, "world: 3 is not of type str"),
        ("image_height", 4, "image_height: 4 is out of range"),
        ("image_width", 100000, "image_width: 100000 is out of range"),
        ("real_time_factor", 0.0, "real_time_factor: 0.0 is out of range"),
        ("real_time_factor", float("nan"), "real_time_factor: nan is out of range"),
        ("camera_rate", -1, "camera_rate: -1.0 is out of range"),
        ("takeover_after", float("inf"), "takeover_after: inf is out of range"),
        ("seed", -1, "seed: -1 is out of range"),
        ("gui", 1, "gui: 1 is not of type bool"),
        ("arena", 2, "no parameter arena: did you mean arenas?"),
        ("xyzzy", 2, "no parameter xyzzy: known are mode, world"),
    ],
)
def test_bad_parameters(name: str, value: Any, complaint: str) -> None:
    with pytest.raises(UserError) as error:
        settings_from_parameters({name: value})
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)
