"""`status` on real trainings: running, killed, stopped, finished; by run folder and by Redis."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis_with_tls import Server
from synthetic_env import tiny_preset
from whole_training import SYNTHETIC_WORKER

from object_tracker_agent.runs import Run, prepare_run
from object_tracker_agent.security import Secret, redis_password

pytestmark = pytest.mark.integration
Start = Callable[..., Any]
SECRET = "the-secret-of-one-run"


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server(secret=Secret(SECRET, "test"))
    yield one
    one.close()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.touch(0o600)
    file.write_text(SECRET)
    return file


@pytest.fixture
def status(start_process: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.delenv("OBJECT_TRACKER_SECRET", raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: start_process("-m", "object_tracker_agent.status.main", *arguments)


def prepared(folder: Path) -> Run:
    (folder / "tiny.yaml").write_text(tiny_preset().to_yaml())
    return prepare_run(folder / "runs" / "one", str(folder / "tiny.yaml"), total_steps=64 * 10**6)


def wait_for_update(run: Run, update: int) -> None:
    end = time.monotonic() + 60
    while not (paths := run.checkpoints.paths()) or int(paths[-1].name) < update:
        assert time.monotonic() < end, f"update {update} did not come"
        time.sleep(0.02)


def test_the_life_of_a_training(
    server: Server, secret_file: Path, start_process: Start, status: Start, tmp_path: Path
) -> None:
    run = prepared(tmp_path)
    access = ["--redis-url", server.url, "--secret-file", secret_file]
    assert "no training is in redis at rediss://" in status(*access).failed()
    prepared_json = json.loads(status("--json").ended())
    assert (prepared_json["status"], prepared_json["checkpoint"]) == ("prepared", None)

    trainer = start_process(
        "-m", "object_tracker_agent.training.trainer_main", "--run-dir", run.folder, *access, "--threads", 1
    )
    worker = start_process(SYNTHETIC_WORKER, *access, "--worker", "box-1")
    wait_for_update(run, 3)
    watching = status("--watch", "--json", "--interval", "0.2")
    by_folder, by_redis = (json.loads(status(*words, "--json").ended()) for words in ([], access))
    for found in (by_folder, by_redis):
        assert (found["status"], found["workers_alive"], found["fragments_dropped"]) == ("running", 1, 0)
        assert found["update"] >= 3
        assert found["steps"] >= 3 * 64
        assert found["fragments"]["used"] >= 3 * 4
        assert found["steps_per_second"] > 0
        assert found["trainer_seen_seconds_ago"] < 30
        assert found["checkpoint"]["update"] >= 3
        assert found["checkpoint"]["seconds_ago"] < 30
        (one,) = found["workers"]
        assert (one["name"], one["incarnation"], one["arenas"], one["alive"]) == ("box-1", 1, 2, True)
        assert one["lag"] <= found["max_policy_lag"] + 1
        assert one["steps_per_second"] > 0
    assert by_redis["source"] == server.url
    assert Path(by_folder["checkpoint"]["path"]).parent == run.checkpoints.folder
    text = status("--run", run.folder).ended()
    assert "1 alive" in text
    assert "box-1" in text
    assert SECRET not in text

    trainer.kill()
    assert json.loads(status("--json").ended())["status"] == "interrupted"
    trainer = start_process(
        "-m", "object_tracker_agent.training.trainer_main", "--run-dir", run.folder, *access, "--threads", 1
    )
    wait_for_update(run, int(run.checkpoints.paths()[-1].name) + 2)
    trainer.process.send_signal(signal.SIGINT)
    trainer.ended()
    worker.ended()
    lines = [json.loads(line) for line in watching.ended(20).splitlines() if line.startswith("{")]
    assert lines[-1]["status"] == "stopped"  # that ends the watching, being killed did not
    assert len(lines) > 2
    assert json.loads(status("--json").ended())["fragments"]["used"] >= 12
    assert json.loads(status(*access, "--json").ended())["status"] == "stopped"
    assert "stopped" in status().ended()


def test_refusals_are_one_line(status: Start, server: Server, secret_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch(0o600)
    other.write_text("quite-another-secret")
    asked = {
        "there is no run in": status(),
        "is not a run folder (it does not exist)": status("--run", "nowhere"),
        "give one of them": status("--run", "x", "--redis-url", "unix:///x"),
        "has not answered for 3 s": status("--redis-url", "unix:///nowhere"),
        "needs the training's secret": status("--redis-url", server.url),
        "cannot prove that it is this training's": status("--redis-url", server.url, "--secret-file", other),
        "with a password in it, which is refused": status("--redis-url", "rediss://:pw-1234@host"),
        "unrecognized arguments: --wach": status("--wach"),
    }
    for message, program in asked.items():
        line = program.failed(60)
        assert message in line
        assert "pw-1234" not in line


def test_a_watcher_that_is_stopped_ends_well(
    server: Server, secret_file: Path, status: Start, tmp_path: Path
) -> None:
    prepared(tmp_path)
    watching = status("--watch")
    end = time.monotonic() + 30
    while "prepared" not in watching.output():
        assert time.monotonic() < end
        time.sleep(0.05)
    os.kill(watching.process.pid, signal.SIGINT)
    watching.ended(10)


def test_hostile_redis(server: Server, secret_file: Path, status: Start) -> None:
    password = redis_password(Secret(SECRET, "test"))
    client = redis.Redis(unix_socket_path=f"{server.folder}/redis.sock", password=password)
    client.set("object_tracker:run", b"x" * 100)
    client.hset("object_tracker:state", mapping={"status": "\x1b[31m"})
    line = status("--redis-url", server.url, "--secret-file", secret_file).failed()
    assert "was not started by this version" in line
    client.delete("object_tracker:run")
    client.lpush("object_tracker:run", "x")
    line = status("--redis-url", server.url, "--secret-file", secret_file).failed()
    assert "refused a command" in line
