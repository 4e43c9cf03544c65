"""Whole trainings: trainer, rollout workers on the synthetic environment, redis-server, each a process."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from synthetic_env import make_env, tiny_preset
from whole_training import SYNTHETIC_WORKER, Server, Start, Training

from object_tracker_agent.presets import Preset
from object_tracker_agent.training.worker import seeds

pytestmark = pytest.mark.integration


def test_trains_to_the_end(training: Training) -> None:
    training.prepare(tiny_preset(), total_steps=640, seed=2)
    trainer, worker = training.trainer(), training.worker()
    shown, played = trainer.ended(), worker.ended()

    run, rows = training.run(), training.rows()
    assert run.settings.status == "finished"
    assert not run.endpoint_file.exists()
    assert [int(path.name) for path in run.checkpoints.paths()] == [6, 7, 8, 9, 10]
    assert [int(row["update"]) for row in rows] == list(range(1, 11))
    assert [int(row["steps"]) for row in rows] == list(range(64, 641, 64))
    assert all(float(row["policy_lag"]) <= 1 for row in rows)
    assert all(float(row["value_loss"]) > 0 and row["locating_loss"] == "" for row in rows)
    assert "finished after 640 steps" in shown
    assert shown.count("Policy training> Surrogate loss=") == 10
    assert "KL divergence=" in shown
    assert "update 10: 640 of 640 steps (100 %)" in shown

    manifest = training.newest().manifest
    assert (manifest.update, manifest.steps, manifest.seed) == (10, 640, 2)
    assert manifest.counters["used"] == 40
    assert manifest.account["0/1"] | {"made": 0} == {"made": 0, "used": 40}
    assert sum(int(row["episodes"]) for row in rows) >= len(manifest.episodes) > 20
    lines = [line for line in played.splitlines() if line.startswith("Training> ")]
    assert lines[3].startswith("Training> Name=main_level/agent, Worker=0, Episode=3, Total reward=")
    assert "Steps=" in lines[3]
    assert "Training iteration=0" in lines[3]


def test_learns(training: Training) -> None:
    """The bar's place is learnt: rewards rise far above chance (a right action in six)."""
    settings = {"steps_per_update": 256, "batch_size": 64, "epochs": 8, "gamma": 0.5, "learning_rate": 1e-2}
    training.prepare(tiny_preset(algorithm=settings), total_steps=256 * 12)
    trainer, worker = training.trainer(), training.worker(arenas=8)
    trainer.ended(120)
    worker.ended()
    rows = training.rows()
    assert float(rows[0]["success"]) < 0.6
    assert float(rows[-1]["success"]) > 0.9
    assert float(rows[-1]["length"]) < 0.7 * float(rows[0]["length"])


def test_learns_continuous_actions_by_a2c(training: Training) -> None:
    """A guess is right in 7 steps in a fraction of the episodes; a policy that sees the bar is, mostly."""
    settings = {"name": "a2c", "gamma": 0.5, "learning_rate": 1e-2, "max_policy_lag": 0}
    actions = {"linear": [0.0, 0.2], "angular": [-1.0, 1.0]}
    training.prepare(tiny_preset(algorithm=settings, actions=actions), total_steps=64 * 120)
    trainer, worker = training.trainer(), training.worker(arenas=4)
    shown = trainer.ended(120)
    worker.ended()
    rows = training.rows()
    assert float(rows[-1]["success"]) > float(rows[10]["success"]) + 0.2
    assert "KL divergence=nan, Entropy=" in shown
    assert training.newest().optimizer  # a checkpoint to go on from


def test_the_runs_policy_lag_wins_over_the_presets(training: Training) -> None:
    training.prepare(tiny_preset(), total_steps=640, max_policy_lag=0)
    trainer, worker = training.trainer(), training.worker()
    trainer.ended()
    worker.ended()
    assert [float(row["policy_lag"]) for row in training.rows()] == [0.0] * 10
    assert [row["fragments_dropped"] for row in training.rows()] == ["0"] * 10


def strictly_on_policy(updates: int = 4) -> Preset:
    return tiny_preset(algorithm={"max_policy_lag": 0}, training={"total_steps": 64 * updates})


def test_strictly_on_policy_equals_sb3s_learn(training: Training) -> None:
    """Without lag, trainer and worker processes compute bit for bit what SB3's ``learn`` does by itself."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.policies import ActorCriticPolicy

    from object_tracker_agent.policies.learner import policy_arguments

    preset, seed = strictly_on_policy(), 6
    training.prepare(preset, seed=seed)
    trainer, worker = training.trainer(), training.worker(arenas=4)
    trainer.ended()
    worker.ended()
    checkpoint = training.newest()
    assert checkpoint.manifest.update == 4

    algorithm = preset.algorithm
    env_seed, action_seed = seeds(seed, "0", 1)
    assert env_seed == seed
    env = make_env(preset, env_seed, 4, channel_first=True)
    scaled = env.step_wait

    def scale_rewards() -> Any:
        observations, rewards, dones, infos = scaled()
        return observations, rewards * np.float32(preset.reward.scale), dones, infos

    env.step_wait = scale_rewards  # type: ignore[method-assign]
    model = PPO(
        ActorCriticPolicy,
        env,
        learning_rate=algorithm.learning_rate,
        n_steps=algorithm.fragment_steps,
        batch_size=algorithm.batch_size,
        n_epochs=algorithm.epochs,
        gamma=algorithm.gamma,
        gae_lambda=algorithm.gae_lambda,
        clip_range=algorithm.clip_range,
        ent_coef=algorithm.entropy_coefficient,
        vf_coef=algorithm.value_coefficient,
        max_grad_norm=algorithm.max_grad_norm,
        policy_kwargs=policy_arguments(preset),
        device="cpu",
        seed=seed,
    )
    model.set_logger(Logger(None, []))  # or it makes a folder in /tmp
    torch.manual_seed(action_seed)
    model.learn(4 * 64)
    for name, value in model.policy.named_parameters():
        np.testing.assert_array_equal(checkpoint.policy[name], value.detach().numpy(), err_msg=name)


def test_two_trainings_write_identical_checkpoints(
    redis_server: Server, start_process: Start, tmp_path: Path
) -> None:
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        training = Training(redis_server, start_process, tmp_path / name)
        training.prepare(strictly_on_policy(), seed=8)
        trainer, worker = training.trainer(), training.worker(arenas=4)
        trainer.ended()
        worker.ended()
        path = training.newest().path
        assert path is not None
        written.append({file.name: file.read_bytes() for file in path.iterdir()})
        redis_server.kill()
        redis_server.start()
    assert written[0] == written[1]


def test_redis_that_is_stopped_ends_the_worker(training: Training) -> None:
    """Nobody could tell it that the training is over: it sees that by the socket, which is gone."""
    training.prepare(tiny_preset(), total_steps=10**6)
    trainer, worker = training.trainer(), training.worker()
    training.wait_for_update(1, trainer)
    trainer.kill()
    training.server.stop()
    assert "the training has ended" in worker.ended(20)


def test_second_trainer_is_refused(training: Training) -> None:
    training.prepare(tiny_preset(), total_steps=10**6)
    first = training.trainer()
    training.wait_for_update(0, first)
    assert f"is being trained by process {first.process.pid}" in training.trainer().failed()
    first.process.send_signal(signal.SIGINT)
    first.ended()


def test_refusals_are_one_line(training: Training, start_process: Start, tmp_path: Path) -> None:
    run = training.prepare(tiny_preset())
    module = ["-m", "object_tracker_agent.training.trainer_main"]
    no_run = start_process(*module, "--run-dir", tmp_path, "--redis-url", "unix:///x")
    no_url = start_process(*module, "--run-dir", run.folder, "--redis-url", "x")
    assert "is not a run folder" in no_run.failed()
    assert "redis url 'x' is not valid" in no_url.failed()
    assert "--redis-url" in start_process(*module, "--run-dir", run.folder).failed()
    values = json.loads((run.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps({**values, "arenas": 99}))
    assert "arenas is 99" in training.trainer().failed()


def test_worker_does_not_outlive_its_parent(training: Training, start_process: Start) -> None:
    """kill -9 of whoever started it ends a worker that waits for its trainer."""
    code = (
        "import subprocess, sys, time; child = subprocess.Popen([sys.executable, *sys.argv[1:]]); "
        "print(child.pid, flush=True); time.sleep(600)"
    )
    script = [SYNTHETIC_WORKER, "--redis-url", training.server.url, "--worker", "0"]
    parent, end = start_process("-c", code, *script), time.monotonic() + 100
    while len(training.server.client().client_list()) < 2:  # the worker's own, beside this one
        assert time.monotonic() < end
        time.sleep(0.05)
    child = Path(f"/proc/{int(parent.output())}")
    assert child.exists()
    parent.kill()
    while child.exists() and "Z (zombie)" not in (child / "status").read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
