"""Fixtures of the environments' tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from object_tracker_agent.presets import Preset, load_preset

sys.path.insert(0, str(Path(__file__).parent))  # the stand-in for the simulation is there


@pytest.fixture
def kinematic_client():
    """The class, to make clients of."""
    from kinematic import KinematicClient

    return KinematicClient


@pytest.fixture
def approach():
    return load_preset("approach")


@pytest.fixture
def change(approach):
    """Make a variant of `approach`: change("task.max_steps", 5, "observation.stack", 4)."""

    def changed(*pairs) -> Preset:
        data = approach.to_dict()
        for path, value in zip(pairs[::2], pairs[1::2], strict=True):
            at = data
            *parents, last = path.split(".")
            for key in parents:
                at = at[key]
            at[last] = value
        return Preset.from_dict(data)

    return changed
