"""The whole state of a training to a checkpoint, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from object_tracker_agent.checkpoints import Checkpoint, CheckpointError, Manifest, RandomStates
from object_tracker_agent.policies import Learner
from object_tracker_agent.policies.arrays import (
    load_optimizer_state,
    load_parameters,
    optimizer_state,
    parameters,
)
from object_tracker_agent.presets import Preset
from object_tracker_agent.training.intake import Intake
from object_tracker_agent.training.statistics import RecentEpisodes


@dataclass
class Position:
    """How far a training has come."""

    update: int = 0  # PPO updates done; the version of the policy
    steps: int = 0  # environment steps learned from


def capture(
    preset: Preset, seed: int, learner: Learner, position: Position, intake: Intake, recent: RecentEpisodes
) -> Checkpoint:
    """Copy everything a training needs in order to go on exactly from here."""
    manifest = Manifest(
        update=position.update,
        steps=position.steps,
        seed=seed,
        preset=preset.to_dict(),
        account=intake.account(),
        counters=dict(sorted(intake.counters.items())),
        episodes=recent.to_list(),
        random=RandomStates.from_generators(torch.get_rng_state().numpy(), np.random.get_state()),
    )
    return Checkpoint(manifest, parameters(learner.policy), optimizer_state(learner.policy))


def restore(checkpoint: Checkpoint, learner: Learner) -> Position:
    """Set weights, optimiser and random generators to the checkpoint's and return how far it had come.

    Raises CheckpointError when something in it does not fit the learner's network.
    """
    manifest = checkpoint.manifest
    try:
        load_parameters(learner.policy, checkpoint.policy)
        load_optimizer_state(learner.policy, _optimizer(checkpoint))
        torch_state, numpy_state = manifest.random.torch_state(), manifest.random.numpy_state()
        torch.set_rng_state(torch.from_numpy(torch_state))
        np.random.set_state(numpy_state)
    except (ValueError, RuntimeError) as error:
        raise CheckpointError(f"checkpoint {checkpoint.path} does not fit its preset: {error}") from error
    return Position(manifest.update, manifest.steps)


def _optimizer(checkpoint: Checkpoint) -> Mapping[str, np.ndarray]:
    if checkpoint.optimizer is None or (checkpoint.manifest.update > 0 and not checkpoint.optimizer):
        raise ValueError("the optimiser's state is missing")
    return checkpoint.optimizer
