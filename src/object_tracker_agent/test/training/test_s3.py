"""Trainings that bring their checkpoints to a real S3-protocol server."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from synthetic_env import tiny_preset
from whole_training import SYNTHETIC_WORKER

from object_tracker_agent.checkpoints import read_checkpoint, resolve_checkpoint
from object_tracker_agent.runs import Run, prepare_run
from object_tracker_agent.storage import S3Prefix
from object_tracker_agent.storage.checkpoints import S3Checkpoints
from object_tracker_agent.storage.pointer import LATEST

sys.path.insert(0, str(Path(__file__).parents[1]))
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

    def worker(self) -> Any:
        words = ["--redis-url", self.server.url, "--worker", "0", "--arenas", 4]
        return self._start(SYNTHETIC_WORKER, *words)

    def train(self, run: Run, *more: str) -> str:
        """Train to the end with a redis-server and a worker that begin anew; return what the trainer said."""
        self.server.kill()
        self.server.start()
        trainer = self.trainer(run, *more)
        worker = self.worker()
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


@pytest.mark.parametrize(
    ("refusing", "gone"),
    [
        (6, 3),
        pytest.param(300, 0, marks=[pytest.mark.long, pytest.mark.timeout(600)]),
        pytest.param(0, 300, marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
def test_training_goes_on_while_s3_is_away(
    parts: Parts, s3: S3Server, tmp_path: Path, refusing: float, gone: float
) -> None:
    """It answers 503 for a while, then not at all [s]; afterwards the newest checkpoint arrives by itself."""
    preset = tmp_path / "preset.yaml"
    preset.write_text(tiny_preset().to_yaml())
    run = prepare_run(tmp_path / "run", str(preset), total_steps=10**7)
    trainer = parts.trainer(run, "--s3-uri", URI)
    worker = parts.worker()
    store = S3Checkpoints(S3Prefix(URI))
    wait(lambda: pointed_at(store) >= 2, trainer, worker)

    before, sleeping = updates(run), time.monotonic()
    s3.refusing = True
    wait(lambda: updates(run) >= before + 5 and time.monotonic() > sleeping + refusing, trainer, worker)
    if gone:
        s3.stop()
        s3.refusing = False
        before, sleeping = updates(run), time.monotonic()
        wait(lambda: updates(run) >= before + 5 and time.monotonic() > sleeping + gone, trainer, worker)
        s3.start()
    s3.refusing = False
    away = updates(run)
    wait(lambda: pointed_at(store) >= away, trainer, worker)

    trainer.process.send_signal(signal.SIGINT)
    said = trainer.ended()
    worker.ended()
    assert "no checkpoint goes to S3 now, training goes on" in said
    assert "is there again; the newest checkpoint is in it" in said
    newest = run.checkpoints.newest().manifest
    assert read_checkpoint(resolve_checkpoint(URI, str(preset))).manifest == newest
    assert newest.counters["used"] == 4 * newest.update


def test_the_end_waits_for_s3(parts: Parts, s3: S3Server, tmp_path: Path) -> None:
    """S3 refuses when the training is finished: the last checkpoint still arrives."""
    preset = tmp_path / "preset.yaml"
    preset.write_text(tiny_preset().to_yaml())
    run = prepare_run(tmp_path / "run", str(preset), total_steps=64 * 60)
    trainer = parts.trainer(run, "--s3-uri", URI)
    worker = parts.worker()
    store = S3Checkpoints(S3Prefix(URI))
    wait(lambda: pointed_at(store) >= 1, trainer, worker)
    s3.refusing = True
    worker.ended()
    trainer.says("bringing the last checkpoint to s3://")
    s3.refusing = False
    assert "checkpoint of update 60 is in s3://" in trainer.ended()
    assert pointed_at(store) == 60


def updates(run: Run) -> int:
    """Return the newest checkpoint in the run folder."""
    return max((int(path.name) for path in run.checkpoints.paths()), default=0)


def pointed_at(store: S3Checkpoints) -> int:
    """Return the newest checkpoint in S3."""
    found = store.pointer(LATEST)
    return -1 if found is None else found[0].update


def wait(until: Callable[[], bool], *programs: Any, seconds: float = 480) -> None:
    end = time.monotonic() + seconds
    while not until():
        for program in programs:
            assert program.running(), program.output()
        assert time.monotonic() < end, "\n".join(program.output() for program in programs)
        time.sleep(0.1)


def test_a_bucket_that_is_not_there_is_refused_at_the_start(
    parts: Parts, s3: S3Server, tmp_path: Path
) -> None:
    preset = tmp_path / "preset.yaml"
    preset.write_text(tiny_preset().to_yaml())
    run = prepare_run(tmp_path / "run", str(preset), total_steps=10**6)
    trainer = parts.trainer(run, "--s3-uri", "s3://nowhere/a")
    assert "there is no bucket 'nowhere'" in trainer.failed()
    assert not run.checkpoints.paths()
