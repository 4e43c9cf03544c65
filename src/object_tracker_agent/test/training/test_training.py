"""Whole trainings: trainer, rollout workers on the synthetic environment, redis-server, each a process."""

from __future__ import annotations

import contextlib
import csv
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from synthetic_env import make_env, tiny_preset

from conftest import HERE  # type: ignore[import-not-found]
from object_tracker_agent.account.balance import balance
from object_tracker_agent.checkpoints import Checkpoint
from object_tracker_agent.presets import Preset
from object_tracker_agent.runs import Run, open_run, prepare_run
from object_tracker_agent.training import names
from object_tracker_agent.training.worker import seeds

pytestmark = pytest.mark.integration
Server = Any
Start = Callable[..., Any]  # conftest.Program


class Training:
    """Starts the processes of a training as launch files do."""

    def __init__(self, server: Server, start: Start, folder: Path) -> None:
        self.server, self._start, self.folder = server, start, folder

    def prepare(self, preset: Preset | None = None, **options: Any) -> Run:
        if preset is not None:
            file = self.folder / "preset.yaml"
            file.write_text(preset.to_yaml())
            options["preset"] = str(file)
        return prepare_run(self.folder / "run", **options)

    def trainer(self, *words: object, run: Run | None = None) -> Any:
        run_dir = self.folder / "run" if run is None else run.folder
        module = ["-m", "object_tracker_agent.training.trainer_main"]
        where = ["--run-dir", run_dir, "--redis-url", self.server.url, "--threads", 1]
        return self._start(*module, *where, *words)

    def worker(self, name: str = "0", arenas: int = 2) -> Any:
        script = HERE / "synthetic_worker.py"
        words = ["--redis-url", self.server.url, "--worker", name, "--arenas", arenas]
        return self._start(script, *words, "--ledger", self.folder / "run" / "ledger")

    def run(self) -> Run:
        return open_run(self.folder / "run")

    def newest(self, **options: Any) -> Checkpoint:
        return self.run().checkpoints.newest(**options)

    def rows(self) -> list[dict[str, str]]:
        with self.run().progress_file.open() as file:
            return list(csv.DictReader(file))

    def balances(self) -> dict[str, int]:
        """Return the sums of the run's account after checking that it balances."""
        found = balance(self.run())
        assert not found.problems
        totals = found.totals()
        assert totals.pop("made") == sum(totals.values())
        return totals

    def wait_for_update(self, update: int, trainer: Any) -> None:
        end = time.monotonic() + 60
        while not (paths := self.run().checkpoints.paths()) or int(paths[-1].name) < update:
            assert trainer.running(), trainer.output()
            assert time.monotonic() < end, f"update {update} did not come"
            time.sleep(0.02)


@pytest.fixture
def training(redis_server: Server, start_process: Start, tmp_path: Path) -> Training:
    return Training(redis_server, start_process, tmp_path)


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


@pytest.mark.parametrize("signals", [[signal.SIGINT, signal.SIGINT], [signal.SIGTERM]])
def test_stop_and_resume(training: Training, signals: list[signal.Signals]) -> None:
    preset = tiny_preset(algorithm={"locating_coefficient": 0.5})  # all that it adds goes along, too
    training.prepare(preset, total_steps=10**6)
    trainer, worker = training.trainer(), training.worker()
    training.wait_for_update(3, trainer)
    for number in signals:
        trainer.process.send_signal(number)
        time.sleep(0.01)
    assert "stopped after" in trainer.ended(15)
    worker.ended()
    first = training.newest().manifest
    assert training.run().settings.status == "stopped"
    assert len(training.rows()) == first.update >= 3

    total = first.steps + 5 * 64
    training.prepare(total_steps=total)
    trainer, worker = training.trainer(), training.worker()
    trainer.ended()
    worker.ended()
    newest = training.newest()
    second = newest.manifest
    assert (second.update, second.steps) == (first.update + 5, total)
    assert newest.optimizer is not None
    assert newest.optimizer["locator.weight.step"] == second.update * 4  # two minibatches, twice
    assert second.counters["used"] == first.counters["used"] + 20
    assert set(second.account) == {"0/1", "0/2"}  # the worker's second life
    training.balances()
    assert [int(row["update"]) for row in training.rows()] == list(range(1, second.update + 1))
    times = [float(row["seconds"]) for row in training.rows()]
    assert times == sorted(times)
    assert all(float(row["locating_loss"]) > 0 for row in training.rows())


def test_killed_trainer_reads_on_from_its_checkpoint(training: Training) -> None:
    """kill -9 between updates: the same worker goes on, and every fragment is used once or accounted for."""
    training.prepare(tiny_preset(), total_steps=64 * 40)
    trainer, worker = training.trainer(), training.worker()
    for update in (4, 9, 15):
        training.wait_for_update(update, trainer)
        trainer.kill()
        trainer = training.trainer()
    trainer.ended()
    worker.ended()
    manifest = training.newest().manifest
    assert manifest.update == 40
    assert manifest.counters["used"] == 160
    dropped = sum(manifest.counters.get(reason, 0) for reason in ("stale", "future"))
    assert manifest.counters.get("missing", 0) == 0
    totals = training.balances()
    assert totals["used"] + totals.get("stale", 0) + totals.get("future", 0) == 160 + dropped
    assert [int(row["update"]) for row in training.rows()] == sorted(
        {int(r["update"]) for r in training.rows()}
    )


def test_workers_come_and_go(training: Training) -> None:
    training.prepare(tiny_preset(), total_steps=64 * 30)
    trainer, first, second = training.trainer(), training.worker("0"), training.worker("gpu-box.1")
    training.wait_for_update(5, trainer)
    first.kill()
    training.wait_for_update(10, trainer)
    second.process.send_signal(signal.SIGSTOP)  # or it would finish the training while the other one starts
    again = training.worker("0")
    training.wait_for_update(15, trainer)
    second.process.send_signal(signal.SIGCONT)
    trainer.ended()
    second.ended()
    again.ended()
    manifest = training.newest().manifest
    assert set(manifest.account) == {"0/1", "0/2", "gpu-box.1/1"}
    training.balances()
    assert manifest.counters["used"] == 120


def test_nobody_waits_for_a_worker_whose_machine_is_gone(training: Training) -> None:
    """What it had reserved is given back by itself, long before the trainer says that it is waiting."""
    training.prepare(tiny_preset(), total_steps=10**6)
    trainer, worker = training.trainer(), training.worker()
    training.wait_for_update(1, trainer)
    client = training.server.client()
    client.hset(names.INCARNATIONS, "gone", 1)  # its heartbeat has expired
    client.hset(names.IN_FLIGHT, "gone", 1000)
    end = time.monotonic() + 60
    while client.hexists(names.IN_FLIGHT, "gone"):
        assert trainer.running(), trainer.output()
        assert time.monotonic() < end, "it is waited for"
        time.sleep(0.05)
    training.wait_for_update(int(training.run().checkpoints.paths()[-1].name) + 2, trainer)
    trainer.process.send_signal(signal.SIGINT)
    assert "waiting for experience" not in trainer.ended()
    worker.ended()


def test_redis_that_is_killed_comes_back_empty(training: Training) -> None:
    training.prepare(tiny_preset(), total_steps=64 * 25)
    trainer, worker = training.trainer(), training.worker()
    training.wait_for_update(4, trainer)
    training.server.kill()
    time.sleep(0.5)
    training.server.start()
    trainer.ended()
    worker.ended()
    manifest = training.newest().manifest
    assert manifest.counters["used"] == 100
    assert "missing" not in training.balances()  # what lay in Redis came again


def test_all_killed_again_and_again(training: Training) -> None:
    """Trainer and Redis at once, the worker, Redis and the worker: each fragment is used once or told of."""
    training.prepare(tiny_preset(), total_steps=64 * 40)
    trainer, worker = training.trainer(), training.worker()
    training.wait_for_update(5, trainer)
    training.server.kill()
    trainer.kill()
    training.server.start()
    trainer = training.trainer()
    training.wait_for_update(12, trainer)
    worker.kill()
    worker = training.worker()
    training.wait_for_update(20, trainer)
    training.server.kill()
    worker.kill()
    training.server.start()
    worker = training.worker()
    trainer.ended()
    worker.ended()
    totals = training.balances()
    assert totals["used"] == 160
    assert set(training.newest().manifest.account) == {"0/1", "0/2", "0/3"}


def test_a_trainer_taken_back_to_an_older_checkpoint_accounts_for_what_is_lost(training: Training) -> None:
    training.prepare(tiny_preset(), total_steps=64 * 12)
    trainer, worker = training.trainer(), training.worker()
    training.wait_for_update(6, trainer)
    trainer.kill()
    for path in training.run().checkpoints.paths()[-2:]:  # what the last one used may still be in Redis
        (path / "policy.safetensors").write_bytes(b"damaged")
    training.trainer().ended()
    worker.ended()
    totals = training.balances()
    assert totals["used"] == 48
    assert totals["missing"] >= 4  # used by an update that went with a damaged checkpoint


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


def test_damaged_newest_checkpoint(training: Training) -> None:
    training.prepare(tiny_preset(), total_steps=64 * 3)
    trainer, worker = training.trainer(), training.worker()
    trainer.ended()
    worker.ended()
    newest = training.run().checkpoints.paths()[-1]
    (newest / "policy.safetensors").write_bytes(b"cut")
    training.prepare(total_steps=64 * 4)
    training.server.kill()
    training.server.start()
    trainer, worker = training.trainer(), training.worker()
    shown = trainer.ended()
    worker.ended()
    assert "warning: checkpoint" in shown
    assert "000003 is damaged: policy.safetensors is truncated" in shown
    assert training.newest().manifest.update == 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The run folder is a file system of 4 MiB."""
    disk = tmp_path / "run"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("may not mount a file system here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def fill(disk: Path) -> None:
    with (disk / "filler").open("ab", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def test_full_disk(training: Training, small_disk: Path) -> None:
    """The disk fills up while it trains: it says so, waits, and goes on when there is room, nothing lost."""
    training.prepare(tiny_preset(), total_steps=10**6)
    trainer, worker = training.trainer(), training.worker()
    still = 0
    for round_ in range(2):
        training.wait_for_update(still + 3, trainer)
        fill(small_disk)
        trainer.says("the training waits for room", times=round_ + 1)
        fill(small_disk)  # what the failed try has given back
        still = training.newest(warn=pytest.fail).manifest.update
        time.sleep(2)
        assert training.newest(warn=pytest.fail).manifest.update <= still + 1
        assert trainer.running()
        assert worker.running()
        (small_disk / "filler").unlink()
        training.wait_for_update(still + 3, trainer)
    trainer.process.send_signal(signal.SIGINT)
    assert trainer.ended().count("there is room again after") == 2
    worker.ended()
    manifest, rows = training.newest().manifest, training.rows()
    assert [int(row["update"]) for row in rows] == list(range(1, manifest.update + 1))
    assert (manifest.steps, manifest.counters["used"]) == (64 * manifest.update, 4 * manifest.update)
    assert sum(number for reason, number in manifest.counters.items() if reason != "used") == 0


def test_disk_that_stays_full(training: Training, small_disk: Path) -> None:
    """One line and a failure; the checkpoints before are valid, and another start goes on from there."""
    training.prepare(tiny_preset(), total_steps=10**6)
    trainer, worker = training.trainer("--room-seconds", 2), training.worker()
    training.wait_for_update(2, trainer)
    fill(small_disk)
    line = trainer.failed()
    assert "cannot write" in line
    assert "No space left on device; make room on that disk" in line
    before = training.newest(warn=pytest.fail).manifest
    assert before.update >= 2
    assert not list(small_disk.glob("**/.new-*"))
    (small_disk / "filler").unlink()
    training.prepare(total_steps=before.steps + 128)
    training.trainer().ended()
    worker.ended()  # it has waited for the trainer to come back
    assert training.newest().manifest.update == before.update + 2


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
    script = [HERE / "synthetic_worker.py", "--redis-url", training.server.url, "--worker", "0"]
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
