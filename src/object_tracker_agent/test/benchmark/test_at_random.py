"""The preset that the training loop is measured with."""

import numpy as np
import pytest

from object_tracker_agent.benchmark.at_random import at_random
from object_tracker_agent.policies.arrays import parameters
from object_tracker_agent.policies.learner import build_learner
from object_tracker_agent.presets import Preset, load_preset, preset_names


@pytest.mark.parametrize("name", preset_names())
def test_only_the_learning_and_the_length_of_episodes_change(name):
    preset = load_preset(name)
    before, after = preset.to_dict(), at_random(preset).to_dict()
    assert after["algorithm"].pop("learning_rate") < before["algorithm"].pop("learning_rate")
    assert after["training"].pop("episode_steps") == min(300, before["training"].pop("episode_steps") or 300)
    assert before == after


def test_a_preset_that_counts_late_and_begins_anew_seldom():
    values = load_preset("follow").to_dict()
    values["task"]["follow"]["settle_time"] = 50.0  # [s] of 60, later than the 300th step
    values["training"]["episode_steps"] = 500
    found = Preset.from_yaml(at_random(Preset.from_dict(values)).to_yaml())
    assert found.in_training().task.max_steps == 300


def test_an_update_computes_and_changes_no_weight():
    preset = at_random(load_preset("approach"))
    learner = build_learner(preset, "cpu", 0)
    before = {name: value.copy() for name, value in parameters(learner.policy).items()}
    buffer, random = learner.rollout_buffer, np.random.default_rng(0)
    n = buffer.n_envs
    rest = learner.policy.value_net.weight.new_zeros(n)
    for _ in range(buffer.buffer_size):
        pictures = random.integers(0, 256, (n, *buffer.obs_shape), np.uint8)
        buffer.add(pictures, random.integers(0, 5, (n, 1)), random.random(n), np.zeros(n), rest, rest - 1.6)
    buffer.compute_returns_and_advantage(rest, np.zeros(n))
    told = learner.update(1024, 10**12)
    assert told["value_loss"] > 0
    after = parameters(learner.policy)
    assert all(np.abs(after[name] - before[name]).max() < 1e-8 for name in before)
