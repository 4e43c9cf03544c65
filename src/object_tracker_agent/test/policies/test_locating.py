"""The auxiliary loss: its numbers, that SB3's own ``train`` follows its gradient, and what it is for."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from stable_baselines3.common.policies import ActorCriticPolicy
from torch.nn import functional

from object_tracker_agent import load_policy
from object_tracker_agent.checkpoints import Checkpoint, CheckpointStore, Manifest, RandomStates
from object_tracker_agent.policies import Learner, Policy, build_learner
from object_tracker_agent.policies.arrays import optimizer_state, parameters
from object_tracker_agent.policies.locating import BEARING_UNIT, NEAREST, LocatingPolicy, locating_loss
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.training.snapshot import restore

HALF_VIEW = 0.5  # [rad] of the pictures made up here
CONTINUOUS = {"linear": [0.0, 0.26], "angular": [-1.0, 1.0]}


def make_preset(
    coefficient: float = 0.5, actions: Any = None, share: bool = True, **algorithm: Any
) -> Preset:
    values = load_preset("approach").to_dict()
    values["observation"] |= {"height": 20, "width": 24, "channels": 1, "stack": 1}
    values["network"] = {"convolutions": [[4, 4, 2], [8, 3, 2]], "dense": 16, "share_features": share}
    values["algorithm"] |= {
        "steps_per_update": 64,
        "fragment_steps": 16,
        "batch_size": 64,
        "epochs": 1,
        "learning_rate": 3e-3,
        "locating_coefficient": coefficient,
        **algorithm,
    }
    values["actions"] = actions or values["actions"]
    return Preset.from_dict(values)


def made_up(number: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a bright blob, left of the middle for bearings above 0, or none; and where it is."""
    pictures = random.integers(0, 60, (number, 1, 20, 24), np.uint8)
    bearing = random.uniform(-1.5 * HALF_VIEW, 1.5 * HALF_VIEW, number)
    where = np.stack([np.abs(bearing) < HALF_VIEW, bearing, random.uniform(0.3, 3, number)], 1)
    for picture, (in_view, angle, _) in zip(pictures, where, strict=True):
        if in_view:
            column = int(12 - angle / HALF_VIEW * 12)
            picture[0, 8:12, max(0, column - 1) : column + 2] = 255
    return pictures, where.astype(np.float32)


def fill(learner: Learner, seed: int) -> None:
    """Experience that was made up, told where the blob is if the preset wants the loss."""
    buffer, random = learner.rollout_buffer, np.random.default_rng(seed)
    buffer.reset()
    steps, columns = buffer.buffer_size, buffer.n_envs
    told = np.zeros((steps, columns, 3), np.float32)
    for step in range(steps):
        pictures, told[step] = made_up(columns, random)
        continuous = buffer.action_dim == 2
        actions = random.normal(size=(columns, 2)) if continuous else random.integers(0, 6, columns)
        values, log_probs = torch.from_numpy(random.random((2, columns), np.float32))
        starts = np.zeros(columns)
        buffer.add(pictures, actions, random.random(columns), starts, values, -1.7 - 0.2 * log_probs)
    buffer.compute_returns_and_advantage(torch.zeros(columns), np.zeros(columns))
    buffer.locate(list(told.swapaxes(0, 1)))


def gradient(policy: torch.nn.Module) -> dict[str, np.ndarray]:
    return {
        name: np.zeros(value.shape) if value.grad is None else value.grad.numpy().copy()
        for name, value in policy.named_parameters()
    }


def test_loss_and_gradient_are_those_computed_by_hand() -> None:
    guessed = torch.tensor([[0.0, 1.5, 3.0], [2.0, -4.0, 5.0]], requires_grad=True)
    where = torch.tensor([[1.0, BEARING_UNIT, math.e], [0.0, 1.0, 3.0]])
    loss = locating_loss(guessed, where)
    # in view: ln 2 and ln(1 + e^2); bearing off by 0.5: 0.5^2 / 2; logarithm of the distance by 2: 2 - 1/2
    expected = (math.log(2) + math.log(1 + math.e**2)) / 2 + (0.125 + 0.5 * 1.5) / 2
    assert loss.item() == pytest.approx(expected, rel=1e-6)
    loss.backward()
    assert guessed.grad is not None
    sigmoid = 1 / (1 + math.exp(-2))
    np.testing.assert_allclose(guessed.grad, [[-0.25, 0.25, 0.25], [sigmoid / 2, 0, 0]], rtol=1e-6)


def test_all_that_is_very_near_is_as_near() -> None:
    guessed = torch.zeros(1, 3)
    near, nearer = (locating_loss(guessed, torch.tensor([[1.0, 0.0, d]])) for d in (NEAREST, 0.0))
    assert near == nearer
    assert torch.isfinite(near)


def explicit_loss(learner: Learner, preset: Preset) -> torch.Tensor:
    """SB3's loss of all that is in the buffer, written out once more, with ours simply added."""
    settings, policy, buffer = preset.algorithm, learner.policy, learner.rollout_buffer
    (data,) = buffer.get(None)
    assert buffer.minibatch is not None
    where = torch.from_numpy(buffer.minibatch)
    continuous = buffer.action_dim == 2
    actions = data.actions if continuous else data.actions.long().flatten()
    values, log_prob, entropy = ActorCriticPolicy.evaluate_actions(policy, data.observations, actions)
    assert entropy is not None
    advantages = data.advantages
    if settings.name == "ppo":
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        ratio = torch.exp(log_prob - data.old_log_prob)
        clipped = ratio.clamp(1 - settings.clip_range, 1 + settings.clip_range)
        loss = -torch.min(advantages * ratio, advantages * clipped).mean()
    else:
        loss = -(advantages * log_prob).mean()
    loss = loss - settings.entropy_coefficient * entropy.mean()
    loss = loss + settings.value_coefficient * functional.mse_loss(data.returns, values.flatten())
    features = policy.extract_features(data.observations)
    actors = features[0] if isinstance(features, tuple) else features
    return loss + settings.locating_coefficient * locating_loss(policy.locator(actors), where)


@pytest.mark.parametrize(
    "changes",
    [{}, {"share": False}, {"actions": CONTINUOUS}, {"name": "a2c"}, {"value_coefficient": 0.0}],
    ids=str,
)
def test_sb3_follows_the_gradient_of_both_losses(changes: dict[str, Any]) -> None:
    preset = make_preset(0.7, **changes)
    learner = build_learner(preset, "cpu", 3)
    fill(learner, 1)
    learner.policy.zero_grad()
    explicit_loss(learner, preset).backward()
    expected = gradient(learner.policy)
    learner.max_grad_norm = 1e9
    learner.update(64, 64)
    followed = gradient(learner.policy)
    assert followed.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(followed[name], value, rtol=1e-3, atol=1e-6, err_msg=name)
    assert np.abs(expected["locator.weight"]).max() > 1e-3


def test_what_sb3_logs_is_without_it() -> None:
    logged = []
    for coefficient in (0.5, 5.0):
        learner = build_learner(make_preset(coefficient), "cpu", 3)
        fill(learner, 1)
        logged.append(learner.update(64, 64)["loss"])
    assert logged[0] == logged[1]


@pytest.mark.parametrize("name", ["ppo", "a2c"])
def test_the_loss_is_logged_beside_sb3s(name: str) -> None:
    told = []
    for coefficient in (0.5, 5.0):  # as it is, without its weight
        preset = make_preset(coefficient, name=name)
        learner = build_learner(preset, "cpu", 3)
        fill(learner, 1)
        (data,) = learner.rollout_buffer.get(None)
        assert isinstance(learner.policy, LocatingPolicy)
        assert learner.rollout_buffer.minibatch is not None
        with torch.no_grad():
            guessed = learner.policy.locator(learner.policy.extract_features(data.observations))
            expected = locating_loss(guessed, torch.from_numpy(learner.rollout_buffer.minibatch))
        logged = learner.update(64, 256)["locating_loss"]
        assert logged == pytest.approx(expected.item(), rel=1e-4)
        told.append(logged)
        fill(learner, 2)
        assert learner.update(128, 256)["locating_loss"] != logged  # each update's own
    assert told[0] == pytest.approx(told[1], rel=1e-6)


def test_the_loss_logged_is_a_mean_over_minibatches() -> None:
    learner = build_learner(make_preset(batch_size=32, learning_rate=1e-30), "cpu", 3)
    whole = build_learner(make_preset(learning_rate=1e-30), "cpu", 3)
    logged = []
    for each in (learner, whole):
        fill(each, 1)
        logged.append(each.update(64, 256)["locating_loss"])
    assert logged[0] == pytest.approx(logged[1], rel=1e-4)


def test_without_being_told_nothing_is_added() -> None:
    learner = build_learner(make_preset(), "cpu", 3)
    fill(learner, 1)
    learner.rollout_buffer.locate([np.zeros((16, 3), np.float32)] * 4)
    learner.rollout_buffer.reset()  # forgets it
    learner.rollout_buffer.full = True
    head = parameters(learner.policy)["locator.bias"]
    assert "locating_loss" not in learner.update(64, 256)
    np.testing.assert_array_equal(parameters(learner.policy)["locator.bias"], head)


@pytest.mark.parametrize("name", ["ppo", "a2c"])
def test_with_0_the_policy_is_sb3s_own(name: str) -> None:
    preset = make_preset(0.0, name=name)
    learner = build_learner(preset, "cpu", 3)
    assert type(learner.policy) is ActorCriticPolicy
    assert type(Policy(preset).network) is ActorCriticPolicy
    fill(learner, 1)
    learner.update(64, 64)
    with_head = build_learner(make_preset(name=name), "cpu", 3)
    fill(with_head, 1)
    with_head.update(64, 64)
    head = {"locator.weight", "locator.bias"}
    assert set(parameters(learner.policy)) == set(parameters(with_head.policy)) - head
    state = {f"{name}.{key}" for name in head for key in ("exp_avg", "exp_avg_sq", "step")}
    assert set(optimizer_state(learner.policy)) == set(optimizer_state(with_head.policy)) - state
    assert state <= set(optimizer_state(with_head.policy))


def bearing_error(learner: Learner) -> float:
    """Mean error of the head's bearings [rad], in pictures not learned from."""
    assert isinstance(learner.policy, LocatingPolicy)
    pictures, where = made_up(400, np.random.default_rng(99))
    with torch.no_grad():
        features = learner.policy.extract_features(torch.from_numpy(pictures))
        guessed = learner.policy.locator(features).numpy()[:, 1] * BEARING_UNIT
    error = np.abs(guessed - where[:, 1])[where[:, 0] == 1]
    return float(error.mean())


def test_the_head_learns() -> None:
    learner = build_learner(make_preset(epochs=4, batch_size=32), "cpu", 3)
    before = bearing_error(learner)
    for update in range(30):
        fill(learner, update)
        learner.update(64, 6400)
    assert bearing_error(learner) < 0.4 * before


def checkpoint_of(learner: Learner, preset: Preset, folder: Path) -> Path:
    states = RandomStates.from_generators(torch.get_rng_state().numpy(), np.random.get_state())
    manifest = Manifest(1, 64, 0, preset.to_dict(), {}, {}, [], states)
    return CheckpointStore(folder).save(
        Checkpoint(manifest, parameters(learner.policy), optimizer_state(learner.policy))
    )


@pytest.mark.parametrize("changes", [{"batch_size": 16, "epochs": 2}, {"name": "a2c"}], ids=str)
def test_a_learner_taken_up_from_a_checkpoint_goes_on_alike(changes: dict[str, Any], tmp_path: Path) -> None:
    preset = make_preset(**changes)
    one, two = build_learner(preset, "cpu", 3), build_learner(preset, "cpu", 4)
    fill(one, 1)
    one.update(64, 256)
    checkpoint_of(one, preset, tmp_path)
    results = []
    for learner in (one, two):
        restore(CheckpointStore(tmp_path).newest(), learner)
        fill(learner, 2)
        losses = learner.update(128, 256)
        results.append(parameters(learner.policy) | optimizer_state(learner.policy))
        assert math.isfinite(losses["value_loss"])
    assert results[0].keys() == results[1].keys()
    for name, value in results[0].items():
        np.testing.assert_array_equal(results[1][name], value, err_msg=name)


@pytest.mark.parametrize("actions", [None, CONTINUOUS])
def test_acting_is_as_without_the_head(actions: Any, tmp_path: Path) -> None:
    preset = make_preset(actions=actions)
    learner = build_learner(preset, "cpu", 3)
    fill(learner, 1)
    learner.update(64, 256)
    pictures, _ = made_up(20, np.random.default_rng(5))
    policy = load_policy(checkpoint_of(learner, preset, tmp_path))
    plain = Policy(replace(preset, algorithm=replace(preset.algorithm, locating_coefficient=0.0)))
    plain.load({name: array for name, array in policy.weights().items() if not name.startswith("locator.")})
    decision, expected = policy.decide(pictures, best=True), plain.decide(pictures, best=True)
    np.testing.assert_array_equal(decision.actions, expected.actions)
    np.testing.assert_array_equal(decision.values, expected.values)
    np.testing.assert_array_equal(policy.values(pictures), expected.values)
    np.testing.assert_array_equal(policy.predict(pictures, deterministic=True)[0], expected.carried_out)
    drawn = []
    for each in (policy, plain):
        torch.manual_seed(1)
        drawn.append(each.decide(pictures).actions)
    np.testing.assert_array_equal(*drawn)
