"""Networks of presets, their weights as arrays, and acting with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from stable_baselines3 import A2C, PPO

from object_tracker_agent.checkpoints import (
    Checkpoint,
    CheckpointError,
    CheckpointStore,
    Manifest,
    RandomStates,
)
from object_tracker_agent.errors import UserError
from object_tracker_agent.policies import Learner, Policy, build_learner, channel_first
from object_tracker_agent.policies.arrays import (
    load_optimizer_state,
    load_parameters,
    optimizer_state,
    parameters,
)
from object_tracker_agent.presets import Preset, load_preset, preset_names


def pictures(preset: Preset, number: int, seed: int = 0) -> np.ndarray:
    observation = preset.observation
    shape = (number, observation.height, observation.width, observation.channels * observation.stack)
    return channel_first(np.random.default_rng(seed).integers(0, 256, shape, np.uint8))


@pytest.fixture
def preset() -> Preset:
    values = load_preset("approach").to_dict()
    values["network"] = {"convolutions": [[4, 8, 4]], "dense": 8, "share_features": True}
    values["algorithm"] |= {"steps_per_update": 64, "fragment_steps": 16, "batch_size": 32, "epochs": 1}
    return Preset.from_dict(values)


@pytest.mark.parametrize("name", preset_names())
def test_shipped_presets_build_and_act(name: str) -> None:
    preset = load_preset(name)
    policy = Policy(preset)
    decision = policy.decide(pictures(preset, 3))
    assert decision.actions.shape == decision.values.shape == decision.log_probs.shape == (3,)
    assert decision.values.dtype == decision.log_probs.dtype == np.float32
    assert set(decision.actions) <= set(range(len(preset.actions)))


def test_continuous_actions(preset: Preset) -> None:
    preset = Preset.from_dict({**preset.to_dict(), "actions": {"linear": [0, 0.2], "angular": [-1, 1]}})
    policy, batch = Policy(preset), pictures(preset, 64)
    decision = policy.decide(batch)
    assert decision.actions.shape == decision.carried_out.shape == (64, 2)
    assert decision.actions.dtype == decision.carried_out.dtype == np.float32
    assert np.abs(decision.actions).max() > 1
    np.testing.assert_array_equal(decision.carried_out, np.clip(decision.actions, -1, 1))
    assert decision.log_probs.shape == (64,)
    best = policy.decide(batch, best=True)
    np.testing.assert_array_equal(best.actions, policy.decide(batch, best=True).actions)
    other = Policy(preset)
    other.load(policy.weights())
    np.testing.assert_array_equal(best.actions, other.decide(batch, best=True).actions)


@pytest.mark.parametrize("name", ["ppo", "a2c"])
def test_the_presets_algorithm(preset: Preset, name: str) -> None:
    values = preset.to_dict()
    values["algorithm"]["name"] = name
    preset = Preset.from_dict(values)
    learner = build_learner(preset, "cpu")
    assert isinstance(learner, {"ppo": PPO, "a2c": A2C}[name])
    assert learner.epochs == 1


def test_network_is_the_presets() -> None:
    values = load_preset("approach").to_dict()
    values["observation"] |= {"height": 60, "width": 80, "channels": 3, "stack": 2}
    values["network"] = {"convolutions": [[5, 8, 4], [7, 4, 2]], "dense": 11, "share_features": False}
    shapes = {name: value.shape for name, value in Policy(Preset.from_dict(values)).weights().items()}
    for trunk in ("features_extractor", "vf_features_extractor"):
        assert shapes[f"{trunk}.convolutions.0.weight"] == (5, 6, 8, 8)
        assert shapes[f"{trunk}.convolutions.2.weight"] == (7, 5, 4, 4)
        assert shapes[f"{trunk}.dense.0.weight"] == (11, 7 * 6 * 8)  # 60 x 80 -> 14 x 19 -> 6 x 8
    assert shapes["action_net.weight"] == (6, 11)
    assert shapes["value_net.weight"] == (1, 11)
    assert len(shapes) == 2 * (2 * 2 + 2) + 4  # two trunks, each layer's weight and bias; two heads


def test_more_channels_than_rows_stay_channel_first() -> None:
    values = load_preset("approach").to_dict()
    values["observation"] |= {"height": 16, "width": 16, "channels": 3, "stack": 8}
    values["network"] |= {"convolutions": [[4, 4, 2]]}
    preset = Preset.from_dict(values)
    assert build_learner(preset, "cpu").observation_space.shape == (24, 16, 16)
    assert Policy(preset).decide(pictures(preset, 2)).actions.shape == (2,)


def test_same_seed_same_weights(preset: Preset) -> None:
    one, two, three = (parameters(build_learner(preset, "cpu", seed).policy) for seed in (1, 1, 2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert any(not np.array_equal(one[name], three[name]) for name in one)


def test_best_action_is_the_most_probable(preset: Preset) -> None:
    policy = Policy(preset)
    batch = pictures(preset, 16)
    best = policy.decide(batch, best=True)
    probabilities = policy.network.get_distribution(torch.from_numpy(batch)).distribution.probs
    np.testing.assert_array_equal(best.actions, probabilities.argmax(1).numpy())
    np.testing.assert_array_equal(best.actions, policy.decide(batch, best=True).actions)
    drawn = {tuple(policy.decide(batch).actions) for _ in range(10)}
    assert len(drawn) > 1


@pytest.mark.parametrize("name", preset_names())
@pytest.mark.parametrize("best", [False, True])
def test_decisions_are_those_of_sb3(name: str, best: bool) -> None:
    policy = Policy(load_preset(name))
    for seed in range(20):
        batch = pictures(policy.preset, 8, seed)
        torch.manual_seed(seed)
        decision = policy.decide(batch, best=best)
        torch.manual_seed(seed)
        with torch.no_grad():
            actions, values, log_probs = policy.network(torch.from_numpy(batch), deterministic=best)
        np.testing.assert_array_equal(decision.actions, actions.numpy())
        np.testing.assert_array_equal(decision.values, values.flatten().numpy())
        np.testing.assert_array_equal(decision.log_probs, log_probs.numpy())


def test_values_are_those_of_decide(preset: Preset) -> None:
    policy, batch = Policy(preset), pictures(preset, 5)
    np.testing.assert_array_equal(policy.values(batch), policy.decide(batch).values)


def test_channel_first_moves_and_copies() -> None:
    for channels in (1, 3):
        picture = np.arange(2 * 4 * 5 * channels, dtype=np.uint8).reshape(2, 4, 5, channels)
        moved = channel_first(picture)
        np.testing.assert_array_equal(moved, np.transpose(picture, (0, 3, 1, 2)))
        assert moved.strides == (20 * channels, 20, 5, 1)
        assert not np.shares_memory(moved, picture)


def learned(preset: Preset, seed: int = 0) -> Learner:
    learner = build_learner(preset, "cpu", seed)
    buffer, random = learner.rollout_buffer, np.random.default_rng(seed)
    buffer.reset()
    buffer.observations[:] = random.integers(0, 255, buffer.observations.shape, np.uint8)
    for array in (buffer.advantages, buffer.returns):
        array[:] = random.normal(size=array.shape)
    buffer.log_probs[:] = -1.79
    buffer.full = True
    learner.update(64, 1000)
    return learner


def test_weights_and_optimizer_go_over(preset: Preset) -> None:
    source, target = learned(preset), build_learner(preset, "cpu", 9)
    load_parameters(target.policy, parameters(source.policy))
    load_optimizer_state(target.policy, optimizer_state(source.policy))
    for one, two in (
        (parameters(source.policy), parameters(target.policy)),
        (optimizer_state(source.policy), optimizer_state(target.policy)),
    ):
        assert one.keys() == two.keys()
        assert all(np.array_equal(one[name], two[name]) for name in one)
    assert optimizer_state(source.policy)["value_net.bias.step"] == 2  # two minibatches
    assert optimizer_state(build_learner(preset, "cpu").policy) == {}


def test_weights_that_do_not_fit_change_nothing(preset: Preset) -> None:
    policy = Policy(preset)
    before = policy.weights()
    good = build_learner(preset, "cpu", 5).policy
    for name, change, match in (
        ("value_net.bias", None, r"value_net\.bias is missing"),
        ("extra", np.zeros(1, np.float32), "extra does not belong"),
        (
            "value_net.bias",
            np.zeros(2, np.float32),
            r"value_net\.bias is float32\[2\], but must be float32\[1\]",
        ),
        ("value_net.bias", np.zeros(1, np.float64), "float64"),
        ("value_net.bias", np.float32([np.nan]), "not finite"),
    ):
        weights = parameters(good)
        weights.pop(name, None)
        if change is not None:
            weights[name] = change
        with pytest.raises(ValueError, match=match):
            policy.load(weights)
        assert all(np.array_equal(policy.weights()[key], before[key]) for key in before)
    state = optimizer_state(learned(preset).policy)
    state.pop("value_net.bias.exp_avg")
    with pytest.raises(ValueError, match="exp_avg is missing"):
        load_optimizer_state(good, state)


def saved(folder: Path, preset: Preset, weights: dict[str, np.ndarray]) -> Path:
    states = RandomStates.from_generators(np.zeros(4, np.uint8), np.random.RandomState(0).get_state())
    manifest = Manifest(1, 64, 0, preset.to_dict(), {}, {}, [], states)
    return CheckpointStore(folder).save(Checkpoint(manifest, weights, {}))


def test_from_checkpoint(preset: Preset, tmp_path: Path) -> None:
    weights = Policy(preset).weights()
    path = saved(tmp_path, preset, weights)
    (path / "optimizer.safetensors").unlink()  # acting does not need it
    policy = Policy.from_checkpoint(path)
    assert policy.preset == preset
    assert all(np.array_equal(policy.weights()[name], weights[name]) for name in weights)


def test_checkpoint_of_another_network_is_refused(preset: Preset, tmp_path: Path) -> None:
    path = saved(tmp_path, load_preset("approach"), Policy(preset).weights())
    with pytest.raises(CheckpointError, match=r"does not fit its preset's network: .* is missing") as caught:
        Policy.from_checkpoint(path)
    assert "\n" not in str(caught.value)


def test_cuda_that_is_not_there(preset: Preset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="no CUDA device"):
        build_learner(preset, "cuda")
