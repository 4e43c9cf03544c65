"""Fixtures: an S3 server with an empty bucket, a prefix in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from s3_server import BUCKET, S3Server, s3_server

from object_tracker_agent.checkpoints import Checkpoint, Manifest, RandomStates
from object_tracker_agent.presets import load_preset
from object_tracker_agent.storage import S3Prefix


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def prefix(s3: S3Server) -> S3Prefix:
    return S3Prefix(f"s3://{BUCKET}/tracker/one")


@pytest.fixture
def make_checkpoint() -> Callable[..., Checkpoint]:
    def make(update: int = 1, preset: str = "approach") -> Checkpoint:
        random = np.random.default_rng(update)
        states = RandomStates.from_generators(np.zeros(4, np.uint8), np.random.RandomState(0).get_state())
        manifest = Manifest(update, 100 * update, 3, load_preset(preset).to_dict(), {}, {}, [], states)
        arrays = {"w": random.normal(size=(8, 8)).astype(np.float32)}
        return Checkpoint(manifest, arrays, {"w.exp_avg": arrays["w"]})

    return make
