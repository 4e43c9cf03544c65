"""An auxiliary loss: the network also learns to tell where the Burger is in the picture.

The simulation knows where it is. Rewards tell little of it: whether a turn was right comes out in the sum of
many steps. A second head on the same features is told outright, picture by picture, so that the features
find the Burger early, whatever the room looks like (auxiliary tasks: Jaderberg et al. 2016,
arXiv:1611.05397). Acting does not use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import RolloutBufferSamples, Schedule
from torch import nn
from torch.nn import functional

HEAD = "locator"
"""How its parameters' names begin."""
BEARING_UNIT = 0.3  # [rad] brings bearings within the picture to about 1
NEAREST = 0.2  # [m] all nearer distances are this one: their logarithms would go far


class LocatedBuffer(RolloutBuffer):
    """SB3's buffer, which also holds where the Burger is in each picture.

    Attributes:
        minibatch: where it is in those of the last minibatch handed out, shape (N, 3) float32: in view
            (1 or 0), bearing [rad], distance [m]; None if nobody has told, or it has been used.
    """

    minibatch: np.ndarray | None = None
    _where: np.ndarray | None = None

    def locate(self, columns: Sequence[np.ndarray]) -> None:
        """Take note of where the Burger is: one array of shape (T, 3) float32 per column of the buffer."""
        self._where = self.swap_and_flatten(np.stack(columns, axis=1))

    def reset(self) -> None:
        super().reset()
        self._where = self.minibatch = None

    def _get_samples(self, batch_inds: np.ndarray, env: Any = None) -> RolloutBufferSamples:
        self.minibatch = None if self._where is None else self._where[batch_inds]
        return super()._get_samples(batch_inds, env)


class _WithLoss(torch.autograd.Function):
    """Gives back what it is given; the way back adds `weight` times the gradient of `loss`."""

    @staticmethod
    def forward(context: Any, values: torch.Tensor, loss: torch.Tensor, weight: float) -> torch.Tensor:
        context.weight = weight
        context.save_for_backward(loss)
        return values.view_as(values)

    @staticmethod
    def backward(context: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        (loss,) = context.saved_tensors
        return gradient, torch.full_like(loss, context.weight), None


class LocatingPolicy(ActorCriticPolicy):
    """SB3's policy with that head. SB3's ``train`` adds the loss without knowing: it hangs on the values.

    Attributes:
        buffer: the learner's, which knows where the Burger is in a minibatch; None: there is no such loss.
        logger: the learner's, which gets the loss as ``train/locating_loss``, a mean over the minibatches.
    """

    buffer: LocatedBuffer | None = None
    logger: Logger | None = None

    def __init__(self, *arguments: Any, locating_coefficient: float = 0.0, **options: Any) -> None:
        """Take what ActorCriticPolicy takes, and the weight of the loss."""
        self._coefficient = locating_coefficient
        self._features: torch.Tensor | None = None
        super().__init__(*arguments, **options)

    def _build(self, lr_schedule: Schedule) -> None:
        self.locator = nn.Linear(self.features_dim, 3)  # before the optimiser is made, which is to have it
        super()._build(lr_schedule)
        self.features_extractor.register_forward_hook(self._keep_features)

    def _keep_features(self, module: nn.Module, inputs: Any, features: torch.Tensor) -> None:
        self._features = features

    def evaluate_actions(
        self, obs: Any, actions: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        """Do what SB3's does; the gradient of the values brings that of the loss along."""
        values, log_prob, entropy = super().evaluate_actions(obs, actions)
        features, self._features = self._features, None  # of these pictures alone
        if self.buffer is None or self.buffer.minibatch is None or features is None:
            return values, log_prob, entropy
        told = torch.from_numpy(self.buffer.minibatch).to(features.device)
        self.buffer.minibatch = None  # likewise
        loss = locating_loss(self.locator(features), told)
        if self.logger is not None:
            self.logger.record_mean("train/locating_loss", loss.item())
        return _WithLoss.apply(values, loss, self._coefficient), log_prob, entropy


def locating_loss(guessed: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Return the loss of guesses (N, 3) against `LocatedBuffer.minibatch`, a mean over the pictures.

    Cross-entropy of whether the Burger is in view; where it is, Huber losses of its bearing and of the
    logarithm of its distance.
    """
    in_view = where[:, 0]
    bearing = functional.huber_loss(guessed[:, 1], where[:, 1] / BEARING_UNIT, reduction="none")
    distance = functional.huber_loss(guessed[:, 2], where[:, 2].clamp(min=NEAREST).log(), reduction="none")
    seen = functional.binary_cross_entropy_with_logits(guessed[:, 0], in_view)
    return seen + (in_view * (bearing + 0.5 * distance)).mean()
