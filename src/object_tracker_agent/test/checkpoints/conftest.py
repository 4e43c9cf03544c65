"""A checkpoint of small arrays, and where to keep it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from object_tracker_agent.checkpoints import Checkpoint, CheckpointStore, Manifest, RandomStates
from object_tracker_agent.presets import load_preset


def make_checkpoint(update: int = 1, size: int = 8, preset: str = "approach") -> Checkpoint:
    random = np.random.default_rng(update)
    policy = {"a.weight": random.normal(size=(size, size)).astype(np.float32), "b": np.float32([update])}
    optimizer = {"a.weight.exp_avg": random.normal(size=(size, size)).astype(np.float32)}
    manifest = Manifest(
        update=update,
        steps=100 * update,
        seed=3,
        preset=load_preset(preset).to_dict(),
        account={"0/1": {"made": 8 * update, "used": 8 * update}},
        counters={"used": 8 * update},
        episodes=[],
        random=RandomStates.from_generators(
            np.arange(16, dtype=np.uint8), np.random.RandomState(update).get_state()
        ),
    )
    return Checkpoint(manifest, policy, optimizer)


@pytest.fixture
def checkpoint() -> Callable[..., Checkpoint]:
    return make_checkpoint


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    return CheckpointStore(tmp_path / "run" / "checkpoints")
