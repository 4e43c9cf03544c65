"""A redis-server that other machines may reach, for tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from object_tracker_agent.security import Secret
from object_tracker_agent.training.redis_server import Listening, redis_command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A redis-server as our launch files start it."""

    def __init__(
        self,
        *,
        tls: bool = True,
        secret: Secret | None,
        address: str = "127.0.0.1",
        port: int | None = None,
        before: Sequence[str] = (),
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ot-"))
        self.port = port or free_port()
        listening = Listening(address, self.port, tls, secret, ["127.0.0.1", "localhost"])
        self.command = [*before, *redis_command(self.folder, listening)]
        self.log = self.folder / "output"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        self.url = f"{'rediss' if tls else 'redis'}://127.0.0.1:{self.port}"
        end = time.monotonic() + 20
        while not (self.folder / "redis.sock").exists():
            assert time.monotonic() < end, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.02)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)
