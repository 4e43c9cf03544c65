"""Trainer and worker on two machines, as far as the network goes: two namespaces with a cable between."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from object_tracker_agent.checkpoints.lives import split_life
from object_tracker_agent.runs import open_run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
TRAINER, WORKER, PORT = "10.77.41.1", "10.77.41.2", 7001
MARK = "OBJECT_TRACKER_E2E"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


@pytest.fixture
def machines() -> Iterator[tuple[str, str]]:
    """Yield the names of two network namespaces that reach each other and nothing else."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("needs root and ip (iproute2) to make network namespaces")
    tag = uuid.uuid4().hex[:6]
    names = (f"ot-t-{tag}", f"ot-w-{tag}")
    try:
        try:
            for name in names:
                ip("netns", "add", name)
                ip("-n", name, "link", "set", "lo", "up")
            cable = (f"ot{tag}t", f"ot{tag}w")
            there = ("type", "veth", "peer", cable[1], "netns", names[1])
            ip("link", "add", cable[0], "netns", names[0], *there)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces are not permitted here: {error.stderr.decode().strip()}")
        for name, end, address in zip(names, cable, (TRAINER, WORKER), strict=True):
            ip("-n", name, "address", "add", f"{address}/24", "dev", end)
            ip("-n", name, "link", "set", end, "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=20, check=False)


class Launch:
    """`ros2 launch object_tracker_sim …` in a network namespace."""

    def __init__(self, namespace: str, folder: Path, *words: str, **environment: str) -> None:
        folder.mkdir()
        self.mark = uuid.uuid4().hex
        self.log = folder / "output"
        own = {"ROS_LOG_DIR": str(folder / "log"), MARK: self.mark, **environment}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", namespace, "ros2", "launch", "object_tracker_sim", *words],
                cwd=folder,
                env={**os.environ, **own},
                stdout=log,
                stderr=log,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while text not in self.output:
            assert time.monotonic() < end, f"no {text!r}:\n{self.output}"
            assert self.process.poll() is None, f"ended without {text!r}:\n{self.output}"
            time.sleep(0.1)

    def processes(self) -> dict[int, Path]:
        """Return /proc folders of what this launch has started and of itself, by process id."""
        mark = f"{MARK}={self.mark}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found[int(entry.name)] = entry
        return found

    def close(self) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


def test_they_train_together_over_tls(machines, tmp_path, tiny):
    secret = uuid.uuid4().hex
    with contextlib.ExitStack() as stack:
        folder = tmp_path / "trainer"
        # The secret comes by the variable on one machine, by a file on the other
        trainer = Launch(
            machines[0], folder, "distributed_training.launch.py", f"preset:={tiny}", "workers:=0",
            f"listen:={TRAINER}:{PORT}", f"output_dir:={folder}/run", "total_steps:=3200",
            OBJECT_TRACKER_SECRET=secret,
        )  # fmt: skip
        stack.callback(trainer.close)
        file = tmp_path / "secret"
        file.touch(0o600)
        file.write_text(secret)
        wrong = tmp_path / "wrong"
        wrong.touch(0o600)
        wrong.write_text(uuid.uuid4().hex)
        trainer.wait_for("workers of other machines join")
        url = f"redis_url:=rediss://{TRAINER}:{PORT}"
        rollout = (machines[1], tmp_path / "stranger", "rollout.launch.py", url)
        stranger = Launch(*rollout, f"secret_file:={wrong}")
        stack.callback(stranger.close)
        assert stranger.process.wait(60) == 1
        assert "cannot prove that it is this training's" in stranger.output

        worker = Launch(
            machines[1], tmp_path / "worker", "rollout.launch.py", url, f"secret_file:={file}", "workers:=2",
            ROS_DOMAIN_ID="71",
        )  # fmt: skip
        stack.callback(worker.close)
        worker.wait_for("Training> ")
        _nothing_shows(secret, trainer, worker)
        assert trainer.process.wait(120) == 0, trainer.output
        assert worker.process.wait(60) == 0, worker.output
        assert "update 50: 3,200 of 3,200 steps" in trainer.output
        assert json.loads((folder / "run" / "run.json").read_text())["status"] == "finished"
        account = open_run(folder / "run").checkpoints.newest().manifest.account
        assert sorted(split_life(life)[0][-2:] for life in account) == ["-0", "-1"]
        for launch in (trainer, worker):
            assert launch.processes() == {}
        files = [path for path in tmp_path.rglob("*") if path.is_file() and path not in (file, wrong)]
        written = [path.read_bytes() for path in files]
        assert not any(secret.encode() in data for data in written)


def _nothing_shows(secret: str, trainer: Launch, worker: Launch) -> None:
    """Look for the secret where other users or children could find it."""
    for launch in (trainer, worker):
        for pid, proc in launch.processes().items():
            with contextlib.suppress(OSError):
                assert secret.encode() not in (proc / "cmdline").read_bytes()
                # The launch itself was given the variable by us; nothing that it starts may have it
                if pid != launch.process.pid:
                    assert secret.encode() not in (proc / "environ").read_bytes(), proc
