"""Trainings that bring their checkpoints to a real S3-protocol server."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from synthetic_env import tiny_preset

from conftest import HERE  # type: ignore[import-not-found]
from object_tracker_agent.checkpoints import read_checkpoint, resolve_checkpoint
from object_tracker_agent.runs import Run, prepare_run

sys.path.insert(0, str(HERE.parent))
from s3_server import BUCKET, S3Server, s3_server

pytestmark = pytest.mark.integration
URI = f"s3://{BUCKET}/trained/here"


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with s3_server() as server:
        yield server


class Parts:
    """The processes of one training, as the launch file starts them."""

    def __init__(self, server: Any, start: Callable[..., Any]) -> None:
        self.server, self._start = server, start

    def trainer(self, run: Run, *more: str) -> Any:
        where = ["--run-dir", run.folder, "--redis-url", self.server.url, "--threads", 1]
        return self._start("-m", "object_tracker_agent.training.trainer_main", *where, *more)

    def train(self, run: Run, *more: str) -> str:
        """Train to the end with a redis-server and a worker that begin anew; return what the trainer said."""
        self.server.kill()
        self.server.start()
        trainer = self.trainer(run, *more)
        words = ["--redis-url", self.server.url, "--worker", "0", "--arenas", 4]
        worker = self._start(HERE / "synthetic_worker.py", *words)
        said: str = trainer.ended()
        worker.ended()
        return said


@pytest.fixture
def parts(redis_server: Any, start_process: Callable[..., Any]) -> Parts:
    return Parts(redis_server, start_process)


def files(run: Run) -> dict[str, bytes]:
    path = run.checkpoints.newest().path
    assert path is not None
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_a_run_taken_up_from_s3_goes_on_as_one_from_its_folder(
    parts: Parts, s3: S3Server, tmp_path: Path
) -> None:
    """Weights, optimiser, counters, random states: two more updates give equal bytes."""
    from object_tracker_agent.storage.run import prepare_saved_run

    preset = tmp_path / "preset.yaml"
    preset.write_text(tiny_preset(algorithm={"max_policy_lag": 0}).to_yaml())
    run = prepare_saved_run(URI, tmp_path / "run", str(preset), total_steps=128, seed=5)
    assert "checkpoint of update 2 is in s3://" in parts.train(run, "--s3-uri", URI)

    shutil.copytree(run.folder, tmp_path / "copy")
    copy = prepare_run(tmp_path / "copy", total_steps=256)
    parts.train(copy)
    taken = prepare_saved_run(URI, tmp_path / "elsewhere", total_steps=256)
    parts.train(taken, "--s3-uri", URI)

    assert taken.checkpoints.newest().manifest.update == 4
    assert files(taken) == files(copy)
    newest = read_checkpoint(resolve_checkpoint(URI, str(preset)))
    assert newest.manifest == taken.checkpoints.newest().manifest


def test_a_bucket_that_is_not_there_is_refused_at_the_start(
    parts: Parts, s3: S3Server, tmp_path: Path
) -> None:
    preset = tmp_path / "preset.yaml"
    preset.write_text(tiny_preset().to_yaml())
    run = prepare_run(tmp_path / "run", str(preset), total_steps=10**6)
    trainer = parts.trainer(run, "--s3-uri", "s3://nowhere/a")
    assert "there is no bucket 'nowhere'" in trainer.failed()
    assert not run.checkpoints.paths()
