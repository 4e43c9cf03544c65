"""A training on a disk that is full waits for room, or ends in one line; nothing is lost."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from synthetic_env import tiny_preset
from whole_training import Training

pytestmark = pytest.mark.integration


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
