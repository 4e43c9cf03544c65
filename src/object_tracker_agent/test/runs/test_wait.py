"""A training is over when its trainer has ended, not when it was killed and is started again."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from object_tracker_agent.runs import Run, RunLock, prepare_run
from object_tracker_agent.runs.wait_main import main, over


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return prepare_run(tmp_path / "run").with_settings(status="running")


def test_a_training_that_has_ended_is_over(run: Run) -> None:
    lock = RunLock(run.folder).acquire()
    waiter = threading.Thread(target=main, args=(["--run-dir", str(run.folder)],))
    waiter.start()
    waiter.join(0.3)
    assert waiter.is_alive()
    run.with_settings(status="finished")
    lock.release()
    waiter.join(10)
    assert not waiter.is_alive()


def test_a_trainer_that_comes_back_goes_on(run: Run) -> None:
    lock = RunLock(run.folder).acquire()
    lock.path.write_text("another process, which was killed")
    again = threading.Timer(0.3, lambda: RunLock(run.folder).acquire())
    lock.release()
    again.start()
    assert not over(run.folder, 10)


def test_a_trainer_that_does_not_come_back_is_over(run: Run) -> None:
    RunLock(run.folder).acquire().release()
    begun = time.monotonic()
    assert over(run.folder, 0.5)
    assert time.monotonic() - begun > 0.4
    socket = run.folder / "redis.sock"
    run.announce(f"unix://{socket}")
    begun = time.monotonic()
    assert over(run.folder, 60)  # its redis-server has been stopped, too
    assert time.monotonic() - begun < 30
    socket.touch()
    assert json.loads(run.endpoint_file.read_text())["redis_url"] == f"unix://{socket}"
    assert over(run.folder, 0.5)
