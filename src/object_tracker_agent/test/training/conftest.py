"""Fixtures: a real redis-server, a run of a tiny preset, processes that are ended with the test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import redis
import torch

sys.path.insert(0, str(Path(__file__).parent))  # for synthetic_env, which processes of their own import, too
from whole_training import Training

torch.set_num_threads(1)


class RedisServer:
    """A redis-server on a Unix socket that can be killed and started again, empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder}/redis.sock"
        self.start()

    def start(self) -> None:
        where = ["--port", "0", "--unixsocket", self.folder / "redis.sock", "--dir", self.folder]
        command = ["redis-server", *where, "--save", "", "--appendonly", "no", "--loglevel", "warning"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                self.client().ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < end, "redis-server does not answer"
                time.sleep(0.02)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def stop(self) -> None:
        """End it in order: it removes its socket."""
        self._process.terminate()
        self._process.wait()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="ot-"))  # short: a socket's path has at most 107 characters
    server = RedisServer(folder)
    yield server
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


class Program:
    """A Python program in a process of its own; what it prints goes to a file, so that it never blocks."""

    def __init__(self, arguments: Sequence[object], output: Path, before: Sequence[str] = ()) -> None:
        self._output = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [*before, sys.executable, *map(str, arguments)],
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"},
                # A test may run in the background of a shell, where SIGINT is ignored from birth
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
            )

    def output(self) -> str:
        return self._output.read_text()

    def running(self) -> bool:
        return self.process.poll() is None

    def says(self, text: str, times: int = 1, seconds: float = 120) -> None:
        """Wait until it has printed `text` so many times."""
        end = time.monotonic() + seconds
        while self.output().count(text) < times:
            assert self.running(), self.output()
            assert time.monotonic() < end, f"no {text!r} in: {self.output()}"
            time.sleep(0.05)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def ended(self, seconds: float = 120) -> str:
        """Wait for the end; return what was printed after checking that it ended well."""
        status = self.process.wait(seconds)
        assert status == 0, self.output()
        assert "Traceback" not in self.output()
        return self.output()

    def failed(self, seconds: float = 120) -> str:
        """Wait for a refusal; return its one line."""
        status = self.process.wait(seconds)
        assert status == 1, self.output()
        assert "Traceback" not in self.output()
        (line,) = [line for line in self.output().splitlines() if line.startswith("error: ")]
        return line


@pytest.fixture
def start_process(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start Python programs with the package on their path; killed after the test if they still run."""
    started: list[Program] = []

    def start(*arguments: object, before: Sequence[str] = ()) -> Program:
        started.append(Program(arguments, tmp_path / f"output-{len(started)}.log", before))
        return started[-1]

    yield start
    for program in started:
        program.kill()


class NeverStop:
    """A stop that nobody asks for."""

    def __bool__(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


@pytest.fixture
def never_stop() -> NeverStop:
    return NeverStop()


@pytest.fixture
def training(redis_server: RedisServer, start_process: Callable[..., Program], tmp_path: Path) -> Training:
    return Training(redis_server, start_process, tmp_path)
