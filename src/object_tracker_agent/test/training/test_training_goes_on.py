"""Whole trainings whose parts are stopped, killed or damaged go on, and the account adds up."""

from __future__ import annotations

import signal
import time

import pytest
from synthetic_env import tiny_preset
from whole_training import Training

from object_tracker_agent.processes import Stop
from object_tracker_agent.training import names
from object_tracker_agent.training.link import Link, Stopped
from object_tracker_agent.training.trainer import Trainer

pytestmark = pytest.mark.integration


def test_a_stop_while_the_policy_is_published(training: Training, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is waited for then, the checkpoint's line is written."""
    run = training.prepare(tiny_preset(), total_steps=10**6)
    stop = Stop()

    def stopped(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr("object_tracker_agent.training.trainer_end.TrainerEnd.advance", stopped)
    worker = training.worker()
    trainer = Trainer(run, Link(training.server.url, stop, patience=5), stop)
    assert trainer.train() == "stopped"
    assert training.newest().manifest.update == 1
    assert [row["update"] for row in training.rows()] == ["1"]
    worker.process.send_signal(signal.SIGINT)
    worker.ended()


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
