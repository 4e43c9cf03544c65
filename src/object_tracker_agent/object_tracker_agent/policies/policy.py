"""A policy to act with: pictures in, actions out, no learner around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.utils import get_device
from torch.nn import functional

from object_tracker_agent.checkpoints import (
    Checkpoint,
    CheckpointError,
    read_checkpoint,
    resolve_checkpoint,
)
from object_tracker_agent.checkpoints.tensors import Arrays
from object_tracker_agent.policies.arrays import load_parameters, parameters
from object_tracker_agent.policies.learner import policy_arguments, policy_class
from object_tracker_agent.policies.spaces import (
    action_space,
    channel_first,
    observation_shape,
    observation_space,
)
from object_tracker_agent.presets import Preset


@dataclass(frozen=True)
class Decision:
    """What the policy decided for each picture of a batch."""

    actions: np.ndarray  # (N,) int64, rows of the action table; continuous: (N, 2) float32, as drawn
    carried_out: np.ndarray  # the same within the limits of the action space: for the environment
    values: np.ndarray  # (N,) float32, expected discounted sum of scaled rewards
    log_probs: np.ndarray  # (N,) float32, of the actions


class Policy:
    """The preset's network with some weights. Sampling uses torch's global generator."""

    def __init__(self, preset: Preset, device: str = "cpu") -> None:
        """Build the network with the random first weights that torch's generator gives."""
        self.preset = preset
        self.device = get_device(device)
        self.network = policy_class(preset)(
            observation_space(preset),
            action_space(preset),
            lambda _: 0.0,  # a learning rate is never used here
            **policy_arguments(preset),
        ).to(self.device)
        self.network.set_training_mode(False)
        # One trunk, and heads directly on it (learner.policy_arguments)
        self._is_discrete = preset.network.share_features and isinstance(
            self.network.action_space, spaces.Discrete
        )

    @classmethod
    def from_checkpoint(cls, path: Path, device: str = "cpu") -> Policy:
        """Load the policy of the checkpoint folder `path`; the optimiser's file is not read.

        Raises CheckpointError: damaged, or not of the network its own preset describes.
        """
        checkpoint = read_checkpoint(path, optimizer=False)
        policy = cls(preset_of(checkpoint), device)
        try:
            policy.load(checkpoint.policy)
        except ValueError as error:
            raise CheckpointError(f"checkpoint {path} does not fit its preset's network: {error}") from error
        return policy

    def load(self, weights: Arrays) -> None:
        """Set the weights. Raises ValueError, with nothing changed, unless all of them fit."""
        load_parameters(self.network, weights)

    def weights(self) -> Arrays:
        """Return copies of the weights by name."""
        return parameters(self.network)

    @torch.no_grad()
    def decide(self, observations: np.ndarray, *, best: bool = False) -> Decision:
        """Choose an action for each picture: drawn from the policy, or its most probable one if `best`.

        Shape of `observations`: (N, C, H, W), uint8 (`spaces.channel_first` makes it).
        """
        batch = torch.from_numpy(observations).to(self.device)
        if self._is_discrete:
            actions, values, log_probs = self._decide_discrete(batch, best)
        else:
            actions, values, log_probs = self.network(batch, deterministic=best)
        chosen = actions.cpu().numpy()
        return Decision(
            chosen, self._within_limits(chosen), values.flatten().cpu().numpy(), log_probs.cpu().numpy()
        )

    def _decide_discrete(
        self, batch: torch.Tensor, best: bool
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Do what the network's own forward does, to the bit, without its objects, in 0.8 of the time."""
        network = self.network
        features = network.features_extractor(batch.float() / 255.0)
        logits = network.action_net(features)
        logits = logits - logits.logsumexp(dim=-1, keepdim=True)
        if best:
            actions = functional.softmax(logits, dim=-1).argmax(dim=1)
        else:
            actions = torch.multinomial(functional.softmax(logits, dim=-1), 1, replacement=True).squeeze(1)
        log_probs = logits.gather(1, actions.unsqueeze(1)).squeeze(1)
        return actions, network.value_net(features), log_probs

    @torch.no_grad()
    def values(self, observations: np.ndarray) -> np.ndarray:
        """Return the value of each picture. Shape: (N, C, H, W) uint8 -> (N,) float32."""
        batch = torch.from_numpy(observations).to(self.device)
        return self.network.predict_values(batch).flatten().cpu().numpy()

    def predict(
        self,
        observation: np.ndarray,
        state: Any = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = False,
    ) -> tuple[np.ndarray, None]:
        """Return actions for the environment, as ``predict`` of Stable-Baselines3 does.

        Args:
            observation: one picture or a batch of them, uint8, as the environment gives them (height, width,
                channels) or channel first (as SB3's VecTransposeImage gives them).
            state: not used: the policy has no memory.
            episode_start: not used.
            deterministic: the best action instead of one drawn.

        Returns:
            The action (a batch of them for a batch), and None for the state.

        Raises:
            ValueError: the pictures are not of the preset's size, or not uint8.
        """
        pictures = np.asarray(observation)
        first = observation_shape(self.preset)
        last = (*first[1:], first[0])
        if (
            pictures.dtype != np.uint8
            or pictures.ndim not in (3, 4)
            or pictures.shape[-3:] not in (first, last)
        ):
            raise ValueError(
                f"observation must be uint8 of shape {last}, or a batch, not {pictures.dtype} of shape"
                f" {pictures.shape}"
            )
        if pictures.shape[-3:] == last:
            pictures = channel_first(pictures)
        one = pictures.ndim == 3
        decision = self.decide(np.ascontiguousarray(pictures[None] if one else pictures), best=deterministic)
        return (decision.carried_out[0] if one else decision.carried_out), None

    def _within_limits(self, actions: np.ndarray) -> np.ndarray:
        # As SB3 does it: the buffer gets what was drawn from the unbounded Gaussian, the environment this
        space = self.network.action_space
        return np.clip(actions, space.low, space.high) if isinstance(space, spaces.Box) else actions


def preset_of(checkpoint: Checkpoint) -> Preset:
    """Return the preset inside a checkpoint. Raises UserError if this version cannot read it."""
    return Preset.from_dict(checkpoint.manifest.preset, f"preset of checkpoint {checkpoint.path}")


def load_policy(checkpoint: str | Path, device: str = "cpu") -> Policy:
    """Return the policy of a checkpoint, to act with: ``policy.predict(observation, deterministic=True)``.

    Args:
        checkpoint: a run folder (its newest valid checkpoint), a checkpoint folder, ``latest`` or ``best`` of
            the newest run in runs/, ``shipped/approach`` and the like, or s3://bucket/prefix.
        device: where torch computes: ``cpu``, ``cuda`` or ``auto``.

    Raises:
        CheckpointError: there is none, or it is damaged; one line.
    """
    return Policy.from_checkpoint(resolve_checkpoint(checkpoint), device)
