"""SB3's PPO or A2C for a preset, without an environment: its experience comes from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from stable_baselines3.common.utils import LinearSchedule

from object_tracker_agent.errors import UserError
from object_tracker_agent.policies.features import ConvolutionalFeatures
from object_tracker_agent.policies.locating import LocatedBuffer, LocatingPolicy
from object_tracker_agent.policies.spaces import action_space, observation_space
from object_tracker_agent.presets import Preset


class Learner(OnPolicyAlgorithm):
    """An algorithm of Stable-Baselines3 with the preset's settings; ``train`` and all below it are SB3's own.

    SB3 takes the spaces from an environment. Here there is none, so they are set as SB3's own ``load`` does
    it. `rollout_buffer` has one column per fragment of an update.

    Attributes:
        epochs: passes over the data of an update.
    """

    epochs: int
    rollout_buffer: LocatedBuffer

    def update(self, steps: int, total_steps: int) -> dict[str, float]:
        """Learn from the full rollout buffer; return what is logged, by SB3's names without ``train/``.

        `steps` environment steps have been taken of `total_steps`, those in the buffer included: schedules
        follow them as in SB3's ``learn``.
        """
        self.num_timesteps = steps
        self._update_current_progress_remaining(steps, total_steps)
        self.train()
        values = {name.removeprefix("train/"): float(v) for name, v in self.logger.name_to_value.items()}
        self.logger.dump(steps)  # to no output: this is how SB3 empties it
        return values

    def _set_up(self, preset: Preset) -> None:
        self.observation_space = observation_space(preset)
        self.action_space = action_space(preset)
        self.n_envs = preset.algorithm.steps_per_update // preset.algorithm.fragment_steps
        self._setup_model()
        self.set_logger(Logger(None, []))
        if isinstance(self.policy, LocatingPolicy) and isinstance(self.rollout_buffer, LocatedBuffer):
            self.policy.buffer, self.policy.logger = self.rollout_buffer, self.logger


class PPOLearner(Learner, PPO):
    """Proximal policy optimisation."""

    def __init__(self, preset: Preset, **options: Any) -> None:
        settings = preset.algorithm
        self.epochs = settings.epochs
        super().__init__(
            policy_class(preset),
            None,  # type: ignore[arg-type]  # as in SB3's load()
            batch_size=settings.batch_size,
            n_epochs=settings.epochs,
            clip_range=_schedule(settings.clip_range, settings.clip_range_schedule),
            **_common_arguments(preset),
            **options,
        )
        self._set_up(preset)


class A2CLearner(Learner, A2C):
    """Advantage actor-critic: one step of the optimiser per update, on all of its data at once.

    The optimiser is Adam as for PPO, not SB3's default RMSProp, so that checkpoints have one form.
    """

    epochs = 1

    def __init__(self, preset: Preset, **options: Any) -> None:
        super().__init__(
            policy_class(preset),
            None,  # type: ignore[arg-type]  # as in SB3's load()
            use_rms_prop=False,
            **_common_arguments(preset),
            **options,
        )
        self._set_up(preset)

    def update(self, steps: int, total_steps: int) -> dict[str, float]:
        values = super().update(steps, total_steps)
        return {**values, "policy_gradient_loss": values["policy_loss"]}  # PPO's name for it


LEARNERS: dict[str, Callable[..., Learner]] = {"ppo": PPOLearner, "a2c": A2CLearner}


def _common_arguments(preset: Preset) -> dict[str, Any]:
    settings = preset.algorithm
    return {
        "learning_rate": _schedule(settings.learning_rate, settings.learning_rate_schedule),
        "n_steps": settings.fragment_steps,
        "gamma": settings.gamma,
        "gae_lambda": settings.gae_lambda,
        "ent_coef": settings.entropy_coefficient,
        "vf_coef": settings.value_coefficient,
        "max_grad_norm": settings.max_grad_norm,
        "policy_kwargs": policy_arguments(preset),
        "_init_setup_model": False,
    }


def _schedule(value: float, name: str) -> float | Schedule:
    return LinearSchedule(value, 0.0, 1.0) if name == "linear" else value


def policy_class(preset: Preset) -> type[ActorCriticPolicy]:
    """Return SB3's policy, or, where the preset wants its loss, the one that also locates."""
    return LocatingPolicy if preset.algorithm.locating_coefficient else ActorCriticPolicy


def policy_arguments(preset: Preset) -> dict[str, Any]:
    """Return SB3's ``policy_kwargs`` for the preset's network: trunk as given, heads directly on it."""
    coefficient = preset.algorithm.locating_coefficient
    return {
        **({"locating_coefficient": coefficient} if coefficient else {}),
        "net_arch": [],
        "features_extractor_class": ConvolutionalFeatures,
        "features_extractor_kwargs": {
            "convolutions": [
                (layer.filters, layer.kernel, layer.stride) for layer in preset.network.convolutions
            ],
            "dense": preset.network.dense,
            "centre": preset.network.centre,
        },
        "share_features_extractor": preset.network.share_features,
        # fused: one call per step of the optimiser, which makes an update of `approach` 12 % shorter
        "optimizer_kwargs": {"eps": preset.algorithm.adam_epsilon, "fused": True},
    }


def build_learner(
    preset: Preset,
    device: str = "auto",
    seed: int = 0,
    *,
    rollout_buffer_class: type[LocatedBuffer] = LocatedBuffer,
    rollout_buffer_arguments: dict[str, Any] | None = None,
) -> Learner:
    """Return the preset's algorithm, seeded: same seed, same first weights.

    Raises UserError when `device` is ``cuda`` and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("device is cuda, but torch finds no CUDA device here; use device cpu or auto")
    return LEARNERS[preset.algorithm.name](
        preset,
        seed=seed,
        device=device,
        rollout_buffer_class=rollout_buffer_class,
        rollout_buffer_kwargs=rollout_buffer_arguments,
    )
