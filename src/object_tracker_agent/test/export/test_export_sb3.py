"""A checkpoint as a zip of Stable-Baselines3 acts the same, and needs nothing of ours to load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from stable_baselines3 import A2C, PPO

from object_tracker_agent import load_policy
from object_tracker_agent.checkpoints import Checkpoint, CheckpointStore, Manifest, RandomStates
from object_tracker_agent.export.export_sb3_main import main
from object_tracker_agent.policies import build_learner
from object_tracker_agent.policies.arrays import optimizer_state, parameters
from object_tracker_agent.presets import Preset, load_preset


def make_preset(name: str, algorithm: str, continuous: bool) -> Preset:
    values = load_preset(name).to_dict()
    values["network"] = {"convolutions": [[4, 8, 4], [6, 4, 2]], "dense": 8}
    values["algorithm"] |= {"name": algorithm, "steps_per_update": 64, "fragment_steps": 16, "batch_size": 32}
    if continuous:
        values["actions"] = {"linear": [0, 0.26], "angular": [-1, 1]}
    return Preset.from_dict(values)


def save(preset: Preset, folder: Path) -> tuple[Path, np.ndarray]:
    """A checkpoint after an update with random experience, and some pictures."""
    learner = build_learner(preset, "cpu", 3)
    buffer, random = learner.rollout_buffer, np.random.default_rng(1)
    for _ in range(buffer.buffer_size):
        n = buffer.n_envs
        actions = random.random((n, 2)) if buffer.action_dim == 2 else random.integers(0, 5, n)
        pictures = random.integers(0, 256, (n, *buffer.obs_shape), np.uint8)
        rest = torch.from_numpy(random.random((2, n), np.float32))
        buffer.add(pictures, actions, random.random(n), np.zeros(n), rest[0], -rest[1])
    buffer.locate([random.random((buffer.buffer_size, 3)).round().astype(np.float32) for _ in range(n)])
    buffer.compute_returns_and_advantage(torch.zeros(n), np.zeros(n))
    learner.update(64, 128)
    states = RandomStates.from_generators(torch.get_rng_state().numpy(), np.random.get_state())
    manifest = Manifest(
        update=1,
        steps=64,
        seed=3,
        preset=preset.to_dict(),
        account={},
        counters={},
        episodes=[],
        random=states,
    )
    checkpoint = Checkpoint(manifest, parameters(learner.policy), optimizer_state(learner.policy))
    height_first = np.moveaxis(pictures, 1, -1)
    return CheckpointStore(folder / "checkpoints").save(checkpoint), height_first


@pytest.mark.parametrize(
    ("name", "algorithm", "continuous"),
    [
        ("approach", "ppo", False),
        ("follow", "ppo", True),
        ("follow", "a2c", False),
        ("follow_hard", "ppo", False),  # has a head that SB3 does not know
        ("follow_hard", "a2c", True),
    ],
)
def test_the_zip_acts_as_the_checkpoint_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, algorithm: str, continuous: bool
) -> None:
    preset = make_preset(name, algorithm, continuous)
    checkpoint, pictures = save(preset, tmp_path)
    output = tmp_path / "policy.zip"
    assert main(["--checkpoint", str(tmp_path), "--output", str(output)]) == 0
    assert f"load it with {algorithm.upper()}.load" in capsys.readouterr().out

    model = {"ppo": PPO, "a2c": A2C}[algorithm].load(output, device="cpu")
    ours = load_policy(checkpoint)
    for batch in (pictures, pictures[0]):
        expected, state = ours.predict(batch, deterministic=True)
        assert state is None
        np.testing.assert_array_equal(
            model.predict(np.moveaxis(batch, -1, -3), deterministic=True)[0], expected
        )
        assert (expected in model.action_space) == (batch.ndim == 3)
    assert model.num_timesteps == 64
    assert model.policy.optimizer.state_dict()["state"]


@pytest.mark.parametrize("name", ["approach", "follow_hard"])
def test_the_zip_needs_none_of_our_packages(tmp_path: Path, name: str) -> None:
    checkpoint, pictures = save(make_preset(name, "ppo", False), tmp_path)
    output = tmp_path / "policy.zip"
    assert main(["--checkpoint", str(tmp_path), "--output", str(output)]) == 0
    np.save(tmp_path / "pictures.npy", pictures)
    code = (
        "import sys\n"
        "sys.modules['object_tracker_agent'] = None  # importing it fails\n"
        "import numpy as np\n"
        "from stable_baselines3 import PPO\n"
        f"pictures = np.load({str(tmp_path / 'pictures.npy')!r})\n"
        f"print(*PPO.load({str(output)!r}).predict(pictures, deterministic=True)[0])\n"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    out = subprocess.run(command, capture_output=True, text=True, check=False)
    expected, _ = load_policy(checkpoint).predict(pictures, deterministic=True)
    assert out.stdout.split() == [str(action) for action in expected], out.stderr


def test_a_policy_without_its_optimiser(tmp_path: Path) -> None:
    checkpoint, _ = save(make_preset("approach", "ppo", False), tmp_path)
    (checkpoint / "optimizer.safetensors").unlink()
    output = tmp_path / "policy.zip"
    assert main(["--checkpoint", str(checkpoint), "--output", str(output)]) == 0
    assert not PPO.load(output, device="cpu").policy.optimizer.state_dict()["state"]


@pytest.mark.parametrize(
    ("checkpoint", "output", "said"),
    [
        ("missing", "x.zip", "does not exist; give a run folder or a checkpoint folder"),
        ("missing", "x.pt", "--output is x.pt, but must end in .zip"),
        ("missing", "no/x.zip", "--output: there is no folder"),
    ],
)
def test_refusals(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    checkpoint: str,
    output: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--checkpoint", checkpoint, "--output", output]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_predict_refuses_other_pictures(tmp_path: Path) -> None:
    checkpoint, _ = save(make_preset("approach", "ppo", False), tmp_path)
    policy = load_policy(str(checkpoint))
    for wrong in (
        np.zeros((60, 80, 3), np.uint8),
        np.zeros((60, 80, 1), np.float32),
        np.zeros((80, 60, 1), np.uint8),
    ):
        with pytest.raises(ValueError, match=r"observation must be uint8 of shape \(60, 80, 1\)"):
            policy.predict(wrong)
