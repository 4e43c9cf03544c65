"""Strictly on-policy with one worker, a training repeats: byte for byte, in fresh simulations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .launched import launched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def train(folder: Path, preset: Path, seed: int) -> dict[str, bytes]:
    """Return the files of the checkpoints of a short training, by their place in the run folder."""
    folder.mkdir()
    arguments = [f"preset:={preset}", f"seed:={seed}", "max_policy_lag:=0", f"output_dir:={folder / 'run'}"]
    with launched(folder, "distributed_training.launch.py", *arguments) as training:
        assert training.wait() == 0, training.output
        # 16-step fragments, 20-step episodes: arenas were started anew within and between updates
        assert training.output.count("Training> Name=main_level/agent") >= 2
    assert json.loads((folder / "run/run.json").read_text())["max_policy_lag"] == 0
    checkpoints = folder / "run/checkpoints"
    return {
        str(file.relative_to(checkpoints)): file.read_bytes()
        for file in checkpoints.rglob("*")
        if file.is_file()
    }


def test_the_same_seed_writes_the_same_checkpoints(tmp_path, tiny):
    first, second = (train(tmp_path / name, tiny, seed=5) for name in ("first", "second"))
    assert sorted(first) == [
        f"{update:06d}/{name}"
        for update in range(3)
        for name in ("checkpoint.json", "optimizer.safetensors", "policy.safetensors")
    ]
    assert first == second
    other = train(tmp_path / "other", tiny, seed=6)
    assert first["000002/policy.safetensors"] != other["000002/policy.safetensors"]
