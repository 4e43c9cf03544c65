"""A checkpoint as a zip of Stable-Baselines3."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cloudpickle  # type: ignore[import-untyped]
import numpy as np
from stable_baselines3.common.buffers import RolloutBuffer

from object_tracker_agent.checkpoints import CheckpointError, read_checkpoint
from object_tracker_agent.policies import features
from object_tracker_agent.policies.arrays import load_optimizer_state, load_parameters
from object_tracker_agent.policies.learner import build_learner
from object_tracker_agent.policies.locating import HEAD
from object_tracker_agent.policies.policy import preset_of


def sb3_zip(checkpoint: Path) -> bytes:
    """Return what ``PPO.load`` or ``A2C.load`` of Stable-Baselines3 reads, from the checkpoint folder.

    It holds the network, its weights, the algorithm's settings and the optimiser's state if the checkpoint
    has one. The network's class is inside, so that neither this package nor ROS is needed to load it. SB3's
    format holds pickles: we write it, and never read one.

    Raises CheckpointError: damaged, or not of the network its own preset describes.
    """
    try:
        found = read_checkpoint(checkpoint)
    except CheckpointError:  # those that come with the repository are the policy alone
        found = read_checkpoint(checkpoint, optimizer=False)
    preset = preset_of(found)
    acting = replace(preset, algorithm=replace(preset.algorithm, locating_coefficient=0.0))
    learner = build_learner(acting, "cpu")
    try:
        load_parameters(learner.policy, _without_head(found.policy))
        load_optimizer_state(learner.policy, _without_head(found.optimizer or {}))
    except ValueError as error:
        raise CheckpointError(
            f"checkpoint {checkpoint} does not fit its preset's network: {error}"
        ) from error
    learner.num_timesteps = found.manifest.steps
    learner.rollout_buffer_class = RolloutBuffer  # its name goes into the zip, and ours is not known there
    file = io.BytesIO()
    cloudpickle.register_pickle_by_value(features)
    try:
        learner.save(file, exclude=["epochs"])
    finally:
        cloudpickle.unregister_pickle_by_value(features)
    return file.getvalue()


def _without_head(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Leave out the head that only learning uses, whose class SB3 does not know."""
    return {name: array for name, array in arrays.items() if not name.startswith(f"{HEAD}.")}
