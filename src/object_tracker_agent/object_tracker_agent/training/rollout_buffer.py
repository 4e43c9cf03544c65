"""Fragments into SB3's rollout buffer, as ``collect_rollouts`` would have filled it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.type_aliases import RolloutBufferSamples

from object_tracker_agent.policies.locating import LocatedBuffer
from object_tracker_agent.training.fragment import Fragment
from object_tracker_agent.training.patience import Patience


def fill(buffer: LocatedBuffer, fragments: Sequence[Fragment]) -> None:
    """Fill `buffer` with one fragment per column and compute advantages and returns.

    A truncated episode's reward gets the discounted value of its last observation, as in SB3's
    ``OnPolicyAlgorithm.collect_rollouts``.
    """
    buffer.reset()
    columns = {
        name: np.stack([getattr(fragment, name) for fragment in fragments], axis=1)
        for name in ("actions", "rewards", "episode_starts", "truncation_values", "values", "log_probs")
    }
    rewards = columns["rewards"] + np.float32(buffer.gamma) * columns["truncation_values"]
    for step in range(buffer.buffer_size):
        buffer.add(
            np.stack([fragment.observations[step] for fragment in fragments]),
            columns["actions"][step],
            rewards[step],
            columns["episode_starts"][step],
            torch.from_numpy(columns["values"][step]),
            torch.from_numpy(columns["log_probs"][step]),
        )
    buffer.locate([fragment.where for fragment in fragments])
    buffer.compute_returns_and_advantage(
        last_values=torch.tensor([fragment.last_value for fragment in fragments], dtype=torch.float32),
        dones=np.array([fragment.last_done for fragment in fragments]),
    )


class UpdateInterrupted(Exception):  # noqa: N818 - nothing is wrong
    """An update was given up because a stop was asked for and it would have taken too long."""


class InterruptibleRolloutBuffer(LocatedBuffer):
    """SB3's buffer, but it hands out no further minibatch once the patience with an update is over."""

    def __init__(self, *arguments: Any, patience: Patience, **options: Any) -> None:
        self._patience = patience
        super().__init__(*arguments, **options)

    def get(self, batch_size: int | None = None) -> Generator[RolloutBufferSamples, None, None]:
        for samples in super().get(batch_size):
            if self._patience.is_over():
                raise UpdateInterrupted
            yield samples
