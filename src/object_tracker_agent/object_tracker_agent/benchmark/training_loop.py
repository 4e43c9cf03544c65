"""A whole training that can be let rest: the processes of a launch, started without one."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import IO

import redis

from object_tracker_agent.benchmark.at_random import at_random
from object_tracker_agent.benchmark.child_errors import last_error
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_agent.runs import prepare_run
from object_tracker_agent.simulation import OwnSimulation
from object_tracker_agent.simulation.child_process import ChildProcess
from object_tracker_agent.simulation.executables import find_executable
from object_tracker_agent.training import names
from object_tracker_agent.training.messages import State
from object_tracker_agent.training.redis_server import private_folder, redis_command, redis_url

PACKAGE = "object_tracker_agent"
WORKER = "0"
POLL = 0.05  # [s]
PATIENCE = 600.0  # [s] without an update, after which something is wrong
ENDLESS = 10**12  # steps: the benchmark decides when it is enough
EVERYTHING = 10**9  # fragments

Row = Mapping[str, str]  # of progress.csv


class TrainingLoop:
    """redis-server, trainer, simulation and one rollout worker, in a folder that goes with `close`.

    They train as `at_random` says.
    """

    def __init__(self, preset: str, arenas: int | None) -> None:
        """Start all of them; they begin to train at once. Raises UserError saying what failed."""
        if shutil.which("redis-server") is None:
            raise UserError("'redis-server' is not installed; install it with: apt install redis-server")
        trainer, worker = (find_executable(PACKAGE, name) for name in ("trainer", "rollout_worker"))
        self._processes: dict[str, tuple[ChildProcess, IO[bytes]]] = {}
        self._stack = contextlib.ExitStack()
        try:
            folder = private_folder()
            self._stack.callback(folder.remove)
            chosen = at_random(load_preset(preset))
            played = folder.path / "preset.yaml"
            played.write_text(chosen.to_yaml(), encoding="utf-8")
            self._run = prepare_run(folder.path / "run", str(played), total_steps=ENDLESS, arenas=arenas)
            self.arenas = self._run.settings.arenas
            self.steps_per_update = chosen.algorithm.steps_per_update
            self._quota = self.steps_per_update // chosen.algorithm.fragment_steps
            url = redis_url(folder.path)
            self._start("redis-server", redis_command(folder.path))
            self._client = redis.Redis.from_url(url)
            self._stack.callback(self._client.close)
            self._wait_for_redis()
            self.rest()  # nothing before the first `go_on`
            options = ["--redis-url", url]
            self._start("trainer", [str(trainer), "--run-dir", str(self._run.folder), *options])
            camera = chosen.observation
            simulation = OwnSimulation(
                self._run.settings.world, self.arenas, camera.camera_height, camera.camera_width
            )
            self._stack.enter_context(simulation)
            self._start(
                "rollout worker",
                [str(worker), *options, "--worker", WORKER, "--arenas", str(self.arenas)],
                ROS_DOMAIN_ID=str(simulation.domain_id),
            )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all of it and remove its folder. Safe to call twice."""
        self._stack.close()

    def __enter__(self) -> TrainingLoop:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def rows(self) -> list[Row]:
        """Return the lines of progress.csv. Raises UserError if a process has ended."""
        for name, (process, log) in self._processes.items():
            if process.status() is not None:
                raise UserError(f"the {name} has ended during the benchmark: {last_error(log)}")
        try:
            text = self._run.progress_file.read_text()
        except FileNotFoundError:
            return []
        # A line that is still being written has no end
        return list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))

    def wait_for_rows(self, number: int) -> list[Row]:
        """Return the lines of progress.csv once there are `number`. Raises UserError if none comes."""
        begun, seen = time.monotonic(), -1
        while len(rows := self.rows()) < number:
            if len(rows) > seen:
                begun, seen = time.monotonic(), len(rows)
            elif time.monotonic() - begun > PATIENCE:
                raise UserError(f"no update in {PATIENCE:.0f} s; choose a smaller preset")
            time.sleep(POLL)
        return rows

    def worker_seconds(self) -> dict[str, float]:
        """Return where the worker's time has gone so far [s]; empty before its first round."""
        times = self._client.hget(names.TIMES, WORKER)
        return {} if times is None else dict(json.loads(times))

    def rest(self) -> None:
        """Let no further round begin: the place of all fragments is reserved."""
        self._client.hset(names.IN_FLIGHT, "benchmark", str(EVERYTHING))

    def wait_until_at_rest(self) -> None:
        """Wait until the worker has sent its round and the trainer has learnt from what there is.

        Raises UserError if a process ends.
        """
        while not self._is_at_rest():
            self.rows()
            time.sleep(POLL)

    def go_on(self) -> None:
        """Let rounds begin again."""
        self._client.hdel(names.IN_FLIGHT, "benchmark")

    def _is_at_rest(self) -> bool:
        with self._client.pipeline(transaction=True) as pipe:
            pipe.hexists(names.IN_FLIGHT, WORKER)
            pipe.hgetall(names.STATE)
            pipe.xlen(names.FRAGMENTS)
            playing, state, length = pipe.execute()
        if not state:
            return not playing  # the trainer is still starting
        now = State.from_hash(state)
        return not playing and not now.training and length - now.held < self._quota

    def _start(self, name: str, command: Sequence[str], **environment: str) -> None:
        log = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        process = ChildProcess(command, environment={**os.environ, **environment}, output=log)
        self._stack.callback(process.end)
        self._processes[name] = process, log

    def _wait_for_redis(self) -> None:
        while True:
            self.rows()
            try:
                self._client.ping()
                return
            except redis.ConnectionError:
                time.sleep(POLL)
