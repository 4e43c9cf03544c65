"""One measurement: redis-server, trainer and synthetic workers, from their start to their end."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import redis

from object_tracker_agent.benchmark.child_errors import last_error
from object_tracker_agent.errors import UserError
from object_tracker_agent.load_test.settings import LoadTestSettings, lag_without_waiting
from object_tracker_agent.load_test.usage import Meter, Use
from object_tracker_agent.presets import load_preset
from object_tracker_agent.runs import prepare_run
from object_tracker_agent.simulation.child_process import ChildProcess
from object_tracker_agent.training import names
from object_tracker_agent.training.messages import State
from object_tracker_agent.training.redis_server import private_folder, redis_command, redis_url

POLL = 0.1  # [s]
PATIENCE = 180.0  # [s] without an update, after which something is wrong
WARM_UP = 3  # updates before the measurement
FEWEST = 4  # updates in it: slow learners are measured for longer
ENDLESS = 10**12  # steps
MOST_PROCESSES = 4  # for the workers
LOAD_TEST = "object_tracker_agent.load_test"


@dataclass(frozen=True)
class Measured:
    """What came out of a measurement."""

    begun: float  # time.monotonic() [s]
    ended: float
    updates: list[dict[str, Any]]  # all of the trainer's, see trainer_program.Recorder
    sent: list[tuple[str, int, int, float]]  # see workers_program.SyntheticWorker
    message_bytes: float  # mean size of a fragment in Redis
    use: Use
    redis_bytes: int  # most memory that Redis' data took
    max_policy_lag: int


class Stage:
    """The processes of one measurement. Raises UserError saying which has failed."""

    def __init__(self, settings: LoadTestSettings, workers: int, *, ingest_only: bool) -> None:
        """Start nothing yet."""
        if shutil.which("redis-server") is None:
            raise UserError("'redis-server' is not installed; install it with: apt install redis-server")
        self._settings = settings
        self._workers = workers
        self._ingest_only = ingest_only
        self._preset = load_preset(settings.preset)
        self._arenas = settings.arenas or self._preset.training.arenas
        self._stack = contextlib.ExitStack()
        self._processes: dict[str, tuple[ChildProcess, IO[bytes]]] = {}

    def measure(self) -> Measured:
        """Start all, warm up, measure, end all."""
        with self._stack:
            folder = private_folder()
            self._stack.callback(folder.remove)
            return self._measure(folder.path)

    def _measure(self, folder: Path) -> Measured:
        algorithm = self._preset.algorithm
        quota, lag = algorithm.steps_per_update // algorithm.fragment_steps, algorithm.max_policy_lag
        if self._ingest_only:  # nothing is learnt: no experience is too old
            lag = min(1000, lag_without_waiting(self._workers, self._arenas, quota, lag))
        run = prepare_run(
            folder / "run",
            self._settings.preset,
            total_steps=ENDLESS,
            arenas=self._arenas,
            max_policy_lag=lag,
        )
        url = redis_url(folder)
        self._start("redis-server", redis_command(folder))
        client = redis.Redis.from_url(url)
        self._stack.callback(client.close)
        self._wait_for(client)
        taken, ingest = folder / "taken.json", ["--ingest-only"] if self._ingest_only else []
        options = ["--run-dir", str(run.folder), "--output", str(taken), *ingest]
        self._start("trainer", self._program("trainer_program", url, *options))
        sent = self._start_workers(folder, url)
        self._wait_for_update(client, WARM_UP)

        meter = Meter(self._parts())
        begun, first, most = time.monotonic(), self._update(client), 0
        while time.monotonic() - begun < self._settings.seconds or self._update(client) < first + FEWEST:
            time.sleep(POLL)
            self._check()
            meter.look()
            most = max(most, int(client.info("memory")["used_memory"]))
            if time.monotonic() - begun > self._settings.seconds + PATIENCE:
                raise UserError(f"fewer than {FEWEST} updates in {PATIENCE:.0f} s; choose a smaller preset")
        use, ended = meter.use(), time.monotonic()
        for name in (*(name for name in self._processes if name.startswith("workers")), "trainer"):
            self._end(name)
        results = [json.loads(file.read_text()) for file in sent]
        sizes = [size for result in results for size in result["sizes"]]
        return Measured(
            begun,
            ended,
            json.loads(taken.read_text()),
            [tuple(entry) for result in results for entry in result["sent"]],
            sum(sizes) / max(1, len(sizes)),
            use,
            most,
            lag,
        )

    def _start_workers(self, folder: Path, url: str) -> list[Path]:
        """Share the workers out among processes, so that no interpreter of theirs is what limits."""
        processes, files = min(self._workers, MOST_PROCESSES), []
        for index in range(processes):
            first = self._workers * index // processes
            number = self._workers * (index + 1) // processes - first
            files.append(folder / f"sent-{index}.json")
            words = {
                "--first": first, "--number": number, "--arenas": self._arenas, "--rate": self._settings.rate,
                "--pictures": self._settings.pictures, "--output": files[-1],
            }  # fmt: skip
            options = [str(word) for pair in words.items() for word in pair]
            policies = [] if self._ingest_only else ["--policies"]
            self._start(f"workers-{index}", self._program("workers_program", url, *options, *policies))
        return files

    def _parts(self) -> dict[str, list[int]]:
        """Return the process ids of trainer, redis-server and workers."""
        parts: dict[str, list[int]] = {}
        for name, (process, _) in self._processes.items():
            parts.setdefault(name.partition("-")[0], []).append(process.pid)
        return parts

    @staticmethod
    def _program(module: str, url: str, *options: str) -> list[str]:
        return [sys.executable, "-m", f"{LOAD_TEST}.{module}", "--redis-url", url, *options]

    def _start(self, name: str, command: Sequence[str]) -> None:
        log = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = ChildProcess(command, environment=environment, output=log)
        self._stack.callback(process.end)
        self._processes[name] = process, log

    def _end(self, name: str) -> None:
        process, log = self._processes.pop(name)
        process.end()
        if process.status() != 0:
            raise UserError(f"the {name} of the load test failed: {last_error(log)}")

    def _check(self) -> None:
        for name, (process, log) in self._processes.items():
            if process.status() is not None:
                raise UserError(f"the {name} has ended during the load test: {last_error(log)}")

    def _wait_for(self, client: Any) -> None:
        while True:
            self._check()
            try:
                client.ping()
                return
            except redis.ConnectionError:
                time.sleep(POLL)

    def _wait_for_update(self, client: Any, update: int) -> None:
        end = time.monotonic() + PATIENCE
        while self._update(client) < update:
            self._check()
            if time.monotonic() > end:
                raise UserError(f"no {update} updates in {PATIENCE:.0f} s; choose a smaller preset")
            time.sleep(POLL)

    @staticmethod
    def _update(client: Any) -> int:
        state = client.hgetall(names.STATE)
        return State.from_hash(state).version if state else -1
