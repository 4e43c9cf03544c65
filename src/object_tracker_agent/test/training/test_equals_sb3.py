"""Learning from fragments is SB3's own PPO and A2C: same buffer, losses and weights, bit for bit."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.utils import LinearSchedule
from synthetic_env import make_env, tiny_preset

from object_tracker_agent.policies import Policy, build_learner
from object_tracker_agent.policies.arrays import parameters
from object_tracker_agent.policies.learner import policy_arguments
from object_tracker_agent.presets import Preset
from object_tracker_agent.training.collector import Collector, Identity
from object_tracker_agent.training.fragment_codec import decode, encode
from object_tracker_agent.training.layout import layout_of
from object_tracker_agent.training.rollout_buffer import fill

ARENAS = 4
UPDATES = 3
BUFFER = (
    "observations",
    "actions",
    "rewards",
    "episode_starts",
    "values",
    "log_probs",
    "advantages",
    "returns",
)


class Record(BaseCallback):
    """Keeps a copy of the buffer of every rollout and of what SB3 logs."""

    def __init__(self) -> None:
        super().__init__()
        self.buffers: list[dict[str, np.ndarray]] = []
        self.truncated = self.terminated = 0

    def _on_step(self) -> bool:
        for info, done in zip(self.locals["infos"], self.locals["dones"], strict=True):
            self.truncated += bool(done and info["TimeLimit.truncated"])
            self.terminated += bool(done and not info["TimeLimit.truncated"])
        return True

    def _on_rollout_end(self) -> None:
        buffer = self.model.rollout_buffer
        self.buffers.append({name: copy.deepcopy(getattr(buffer, name)) for name in BUFFER})


class LossLogger(Logger):
    """Keeps what SB3 records, update by update."""

    def __init__(self) -> None:
        super().__init__(None, [])
        self.updates: list[dict[str, Any]] = []

    def record(self, key: str, value: Any, exclude: Any = None) -> None:
        super().record(key, value, exclude)
        if key == "train/learning_rate":  # the first of an update
            self.updates.append({})
        if key.startswith("train/") and self.updates:
            self.updates[-1][key.removeprefix("train/")] = value


CONTINUOUS = {"linear": [0.0, 0.26], "angular": [-1.0, 1.0]}


def sb3_arguments(preset: Preset) -> dict[str, Any]:
    """What SB3's PPO or A2C takes for the preset, written out once more."""
    algorithm = preset.algorithm
    learning_rate: Any = algorithm.learning_rate
    if algorithm.learning_rate_schedule == "linear":
        learning_rate = LinearSchedule(algorithm.learning_rate, 0.0, 1.0)
    arguments = {
        "learning_rate": learning_rate,
        "n_steps": algorithm.fragment_steps,
        "gamma": algorithm.gamma,
        "gae_lambda": algorithm.gae_lambda,
        "ent_coef": algorithm.entropy_coefficient,
        "vf_coef": algorithm.value_coefficient,
        "max_grad_norm": algorithm.max_grad_norm,
        "policy_kwargs": policy_arguments(preset),
        "device": "cpu",
        "seed": 11,
    }
    if algorithm.name == "a2c":
        return {**arguments, "use_rms_prop": False}
    clip_range: Any = algorithm.clip_range
    if algorithm.clip_range_schedule == "linear":
        clip_range = lambda remaining: remaining * algorithm.clip_range  # noqa: E731
    return {
        **arguments,
        "batch_size": algorithm.batch_size,
        "n_epochs": algorithm.epochs,
        "clip_range": clip_range,
    }


def reference_learning(preset: Preset) -> tuple[OnPolicyAlgorithm, Record, LossLogger]:
    """SB3 by itself on the same environment, from the same seeds."""
    kind = {"ppo": PPO, "a2c": A2C}[preset.algorithm.name]
    env = make_env(preset, 3, ARENAS, channel_first=True)
    model = kind(ActorCriticPolicy, env, **sb3_arguments(preset))
    record, logger = Record(), LossLogger()
    model.set_logger(logger)
    torch.manual_seed(12)
    np.random.seed(13)
    model.learn(UPDATES * preset.algorithm.steps_per_update, callback=record)
    return model, record, logger


@pytest.mark.parametrize("share_features", [True, False])
@pytest.mark.parametrize("schedule", ["constant", "linear"])
def test_learning_from_fragments_is_sb3s_own(share_features: bool, schedule: str) -> None:
    schedules = {"clip_range_schedule": schedule, "learning_rate_schedule": schedule}
    compare(tiny_preset(network={"share_features": share_features}, algorithm=schedules))


def test_so_is_learning_from_continuous_actions() -> None:
    compare(tiny_preset(actions=CONTINUOUS))


@pytest.mark.parametrize("actions", [{}, {"actions": CONTINUOUS}])
def test_so_is_a2c(actions: dict[str, Any]) -> None:
    compare(tiny_preset(algorithm={"name": "a2c"}, **actions))


def compare(preset: Preset) -> None:
    """Learn from fragments and by SB3 alone, and compare everything."""
    model, record, logger = reference_learning(preset)
    assert record.truncated >= 3
    assert record.terminated >= 1

    learner = build_learner(preset, "cpu", 11)
    layout, policy = layout_of(preset), Policy(preset)
    torch.manual_seed(12)
    np.random.seed(13)
    collector = Collector(make_env(preset, 3, ARENAS), policy, layout, Identity("0" * 16, "0", 1))
    total = UPDATES * preset.algorithm.steps_per_update
    for update in range(UPDATES):
        policy.load(parameters(learner.policy))
        fragments = collector.collect(update)
        fill(learner.rollout_buffer, [decode(encode(fragment, layout), layout) for fragment in fragments])
        for name, expected in record.buffers[update].items():
            np.testing.assert_array_equal(getattr(learner.rollout_buffer, name), expected, err_msg=name)
        losses = learner.update((update + 1) * preset.algorithm.steps_per_update, total)
        expected_losses = {name: float(value) for name, value in logger.updates[update].items()}
        assert {name: losses[name] for name in expected_losses} == expected_losses
        assert losses["policy_gradient_loss"] != 0
    for name, value in parameters(model.policy).items():
        np.testing.assert_array_equal(parameters(learner.policy)[name], value, err_msg=name)


def test_a_truncation_value_counts() -> None:
    """The comparison above would notice a missing bootstrap: without it advantages differ."""
    preset = tiny_preset()
    learner = build_learner(preset, "cpu", 1)
    torch.manual_seed(2)
    collector = Collector(
        make_env(preset, 3, ARENAS), Policy(preset), layout_of(preset), Identity("0" * 16, "0", 1)
    )
    fragments = collector.collect(0)
    assert any(fragment.truncation_values.any() for fragment in fragments)
    fill(learner.rollout_buffer, fragments)
    with_values = learner.rollout_buffer.advantages.copy()
    for fragment in fragments:
        fragment.truncation_values[:] = 0
    fill(learner.rollout_buffer, fragments)
    assert not np.array_equal(with_values, learner.rollout_buffer.advantages)


def test_rewards_are_scaled_for_the_learner_only() -> None:
    preset, seen = tiny_preset(), []
    rewards = []
    for scale in (1.0, 0.25):
        torch.manual_seed(2)
        collector = Collector(
            make_env(preset, 3, 1),
            Policy(preset),
            layout_of(preset),
            Identity("0" * 16, "0", 1),
            reward_scale=scale,
            on_episode=lambda arena, episode: seen.append(episode.reward),
        )
        rewards.append(collector.collect(0)[0].rewards)
    np.testing.assert_array_equal(rewards[0] * np.float32(0.25), rewards[1])
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]
