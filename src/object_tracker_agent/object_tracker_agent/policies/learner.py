"""SB3's PPO for a preset, without an environment: its experience comes from elsewhere."""

from __future__ import annotations

from typing import Any

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from stable_baselines3.common.utils import LinearSchedule

from object_tracker_agent.errors import UserError
from object_tracker_agent.policies.features import ConvolutionalFeatures
from object_tracker_agent.policies.spaces import action_space, observation_space
from object_tracker_agent.presets import Preset


class Learner(PPO):
    """Stable-Baselines3's PPO with the preset's settings; ``train`` and everything below it are SB3's own.

    SB3 takes the spaces from an environment. Here there is none, so they are set as SB3's own ``load`` does
    it. `rollout_buffer` has one column per fragment of an update.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        seed: int = 0,
        device: str = "auto",
        rollout_buffer_class: type[RolloutBuffer] = RolloutBuffer,
        rollout_buffer_arguments: dict[str, Any] | None = None,
    ) -> None:
        settings = preset.algorithm
        clip_range: float | Schedule = settings.clip_range
        if settings.clip_range_schedule == "linear":
            clip_range = LinearSchedule(settings.clip_range, 0.0, 1.0)
        learning_rate: float | Schedule = settings.learning_rate
        if settings.learning_rate_schedule == "linear":
            learning_rate = LinearSchedule(settings.learning_rate, 0.0, 1.0)
        super().__init__(
            ActorCriticPolicy,
            None,  # type: ignore[arg-type]  # as in SB3's load()
            learning_rate=learning_rate,
            n_steps=settings.fragment_steps,
            batch_size=settings.batch_size,
            n_epochs=settings.epochs,
            gamma=settings.gamma,
            gae_lambda=settings.gae_lambda,
            clip_range=clip_range,
            ent_coef=settings.entropy_coefficient,
            vf_coef=settings.value_coefficient,
            max_grad_norm=settings.max_grad_norm,
            policy_kwargs=policy_arguments(preset),
            rollout_buffer_class=rollout_buffer_class,
            rollout_buffer_kwargs=rollout_buffer_arguments,
            device=device,
            seed=seed,
            _init_setup_model=False,
        )
        self.observation_space = observation_space(preset)
        self.action_space = action_space(preset)
        self.n_envs = settings.steps_per_update // settings.fragment_steps
        self._setup_model()
        self.set_logger(Logger(None, []))

    def update(self, steps: int, total_steps: int) -> dict[str, float]:
        """Learn from the full rollout buffer; return what SB3 logs, by its names without ``train/``.

        `steps` environment steps have been taken of `total_steps`, those in the buffer included: schedules
        follow them as in SB3's ``learn``.
        """
        self.num_timesteps = steps
        self._update_current_progress_remaining(steps, total_steps)
        self.train()
        values = {name.removeprefix("train/"): float(v) for name, v in self.logger.name_to_value.items()}
        self.logger.dump(steps)  # to no output: this is how SB3 empties it
        return values


def policy_arguments(preset: Preset) -> dict[str, Any]:
    """Return SB3's ``policy_kwargs`` for the preset's network: trunk as given, heads directly on it."""
    return {
        "net_arch": [],
        "features_extractor_class": ConvolutionalFeatures,
        "features_extractor_kwargs": {
            "convolutions": preset.network.convolutions,
            "dense": preset.network.dense,
        },
        "share_features_extractor": preset.network.share_features,
        "optimizer_kwargs": {"eps": preset.algorithm.adam_epsilon},
    }


def build_ppo(preset: Preset, device: str = "auto", seed: int = 0, **options: Any) -> Learner:
    """Return SB3's PPO for `preset`, seeded: same seed, same first weights.

    Raises UserError when `device` is ``cuda`` and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("device is cuda, but torch finds no CUDA device here; use device cpu or auto")
    return Learner(preset, seed=seed, device=device, **options)
