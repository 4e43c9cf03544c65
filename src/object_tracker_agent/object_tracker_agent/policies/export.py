"""A checkpoint as a zip of Stable-Baselines3."""

from __future__ import annotations

import io
from pathlib import Path

import cloudpickle  # type: ignore[import-untyped]

from object_tracker_agent.checkpoints import CheckpointError, read_checkpoint
from object_tracker_agent.policies import features
from object_tracker_agent.policies.arrays import load_optimizer_state, load_parameters
from object_tracker_agent.policies.learner import build_learner
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
    learner = build_learner(preset_of(found), "cpu")
    try:
        load_parameters(learner.policy, found.policy)
        load_optimizer_state(learner.policy, found.optimizer or {})
    except ValueError as error:
        raise CheckpointError(
            f"checkpoint {checkpoint} does not fit its preset's network: {error}"
        ) from error
    learner.num_timesteps = found.manifest.steps
    file = io.BytesIO()
    cloudpickle.register_pickle_by_value(features)
    try:
        learner.save(file, exclude=["epochs"])
    finally:
        cloudpickle.unregister_pickle_by_value(features)
    return file.getvalue()
