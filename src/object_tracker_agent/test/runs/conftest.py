"""A checkpoint to put into runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from object_tracker_agent.checkpoints import Checkpoint, Manifest, RandomStates
from object_tracker_agent.presets import load_preset


@pytest.fixture
def checkpoint() -> Callable[..., Checkpoint]:
    def make(update: int = 1, preset: str = "approach") -> Checkpoint:
        states = RandomStates.from_generators(np.zeros(4, np.uint8), np.random.RandomState(0).get_state())
        settings = load_preset(preset).to_dict()
        manifest = Manifest(update, 100 * update, 0, settings, {}, {}, [], states)
        return Checkpoint(manifest, {"w": np.zeros(3, np.float32)}, {})

    return make
