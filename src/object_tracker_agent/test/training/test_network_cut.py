"""A network that is cut while trainer and worker are on other machines than Redis: nothing is lost."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from network import Network, network
from redis_with_tls import Server
from synthetic_env import tiny_preset
from whole_training import SYNTHETIC_WORKER

from object_tracker_agent.runs import Run, prepare_run
from object_tracker_agent.security import Secret

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
SECRET = "the-secret-of-three-machines"
PORT = 7031
FRAGMENT, PER_UPDATE = 16, 4  # [steps], [fragments] of the tiny preset


@pytest.fixture
def machines() -> Iterator[Network]:
    with network("trainer", "worker") as made:
        yield made


@contextmanager
def redis_at(machines: Network) -> Iterator[Server]:
    server = Server(secret=Secret(SECRET, "test"), address="0.0.0.0", port=PORT, before=machines.on("hub"))
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize(
    ("cut", "seconds"),
    [
        (("trainer", "worker"), 25),  # longer than a socket waits: shorter ones may pass unnoticed
        pytest.param(("trainer", "worker"), 65, marks=pytest.mark.long),
        pytest.param(("trainer",), 65, marks=pytest.mark.long),
        pytest.param(("worker",), 65, marks=pytest.mark.long),
    ],
)
def test_training_goes_on_after_a_cut(
    machines: Network, start_process: Callable[..., Any], tmp_path: Path, cut: Sequence[str], seconds: float
) -> None:
    preset, secret = tmp_path / "preset.yaml", tmp_path / "secret"
    preset.write_text(tiny_preset().to_yaml())
    secret.touch(0o600)
    secret.write_text(SECRET)
    run = prepare_run(tmp_path / "run", str(preset), total_steps=10**7)

    def start(name: str, *words: object) -> Any:
        url = f"rediss://{machines.hub_as_seen_from[name]}:{PORT}"
        where = ("--redis-url", url, "--secret-file", secret)
        return start_process(*words, *where, before=machines.on(name))

    with redis_at(machines):
        module = ("-m", "object_tracker_agent.training.trainer_main")
        trainer = start("trainer", *module, "--run-dir", run.folder, "--threads", 1)
        worker = start("worker", SYNTHETIC_WORKER, "--worker", "0")
        wait_for_updates(run, 3, trainer, worker)
        for name in cut:
            machines.cut(name)
        time.sleep(seconds)
        still = newest_update(run)
        for name in cut:
            machines.mend(name)
        wait_for_updates(run, still + 5, trainer, worker)
        trainer.process.send_signal(signal.SIGINT)
        said = {"trainer": trainer.ended(), "worker": worker.ended()}
    for name in cut:
        assert "does not answer" in said[name]
        assert "is there again" in said[name]
    manifest = run.checkpoints.newest().manifest
    assert manifest.counters["used"] == manifest.update * PER_UPDATE
    assert manifest.steps == manifest.update * PER_UPDATE * FRAGMENT
    # Of one life, and every number was seen: what was sent twice because a reply was lost is dropped as that
    dropped = {reason for reason, number in manifest.counters.items() if number} - {"used"}
    assert dropped <= {"duplicate"}
    assert len(manifest.account) == 1


def newest_update(run: Run) -> int:
    paths = run.checkpoints.paths()
    return int(paths[-1].name) if paths else 0


def wait_for_updates(run: Run, update: int, *programs: Any) -> None:
    end = time.monotonic() + 120
    while newest_update(run) < update:
        for program in programs:
            assert program.running(), program.output()
        assert time.monotonic() < end, "\n".join(program.output() for program in programs)
        time.sleep(0.05)
