"""A world node as a process of the test's, and what a test does with it."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import rclpy
from ament_index_python.packages import get_package_prefix
from rclpy.executors import SingleThreadedExecutor

from object_tracker_agent.ros import StepClient, choose_domain
from object_tracker_msgs.srv import Step

READY_TIMEOUT = 60.0  # [s] generous: the machine may be busy
_numbers = itertools.count()


class RunningWorld:
    """The installed program `world` on a free domain, with whatever a test opens on it."""

    def __init__(self, log: Path, **parameters: Any) -> None:
        self.log = log
        self.domain = choose_domain({k: v for k, v in os.environ.items() if k != "ROS_DOMAIN_ID"})
        self._opened: list[Any] = []
        program = Path(get_package_prefix("object_tracker_sim")) / "lib/object_tracker_sim/world"
        self.command = [str(program), "--ros-args"]
        for name, value in parameters.items():
            self.command += ["-p", f"{name}:={json.dumps(value)}"]
        self.environment = {**os.environ, **self.domain.environment, "PYTHONUNBUFFERED": "1"}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def client(self, **arguments: Any) -> StepClient:
        """Return a client of the ready simulation."""
        client = StepClient(self.domain.domain_id, **arguments)
        self._opened.append(client)
        client.wait_ready(READY_TIMEOUT)
        return client

    def user(self) -> User:
        """Return a ROS node of the test's on the same domain."""
        self._opened.append(User(self.domain.domain_id))
        return self._opened[-1]

    def processes(self) -> list[psutil.Process]:
        """The node and all below it."""
        try:
            node = psutil.Process(self.process.pid)
            return [node, *node.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def simulator(self) -> psutil.Process:
        """The simulator program."""
        (found,) = (p for p in self.processes() if p.name() == "simulator")
        return found

    def wait_ready(self) -> None:
        """Wait for the line that says so."""
        wait_until(lambda: "ready:" in self.log.read_text(), READY_TIMEOUT)

    def close_clients(self) -> None:
        """Let whatever was opened on the simulation leave it."""
        while self._opened:
            self._opened.pop().close()

    def close(self) -> None:
        """End everything and check that nothing stays behind."""
        self.close_clients()
        before = self.processes()
        self.process.terminate()
        try:
            self.process.wait(10.0)
        finally:
            for process in before:
                if process.is_running():
                    process.kill()
            self.process.wait()
            self.domain.release()


class User:
    """A ROS node that steps, listens and commands with no manners of its own."""

    def __init__(self, domain_id: int) -> None:
        self.context = rclpy.Context()
        self.context.init(args=[], initialize_logging=False, domain_id=domain_id)
        self.node = rclpy.create_node(f"user{os.getpid()}_{next(_numbers)}", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self._step = self.node.create_client(Step, "/world/step")
        self.session = secrets.randbits(63) | 1

    def ask(self, **fields: Any) -> Any:
        """Send a Step request as it is; return the future of its reply."""
        assert self.spin_until(self._step.service_is_ready, READY_TIMEOUT)
        return self._step.call_async(Step.Request(**{"session": self.session, **fields}))

    def step(self, step: int, duration: float = 0.004, **fields: Any) -> Any:
        """Return the reply to a Step request."""
        future = self.ask(**{"step": step, "duration": duration, **fields})
        assert self.spin_until(future.done, 20.0)
        return future.result()

    def leave(self) -> Any:
        """Return the reply to a goodbye."""
        future = self.ask(leave=True)
        assert self.spin_until(future.done, 20.0)
        return future.result()

    def listen(self, message_type: Any, topic: str) -> list[Any]:
        """Subscribe; return the list that messages will be in, once the publisher is found."""
        got: list[Any] = []
        self.node.create_subscription(message_type, topic, got.append, 50)
        assert self.spin_until(lambda: self.node.count_publishers(topic) > 0, 10.0)
        return got

    def spin_until(self, condition: Callable[[], Any], timeout: float) -> bool:
        """Spin until `condition()` or `timeout` [s]; return whether it came true."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.executor.spin_once(timeout_sec=0.02)
        return True

    def close(self) -> None:
        """Leave the domain. Safe to call twice."""
        if not self.context.ok():
            return
        self.executor.shutdown()
        self.node.destroy_node()
        self.context.try_shutdown()


def wait_until(condition: Callable[[], Any], timeout: float) -> None:
    """Wait until `condition()`; fail after `timeout` [s]."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout} s"
        time.sleep(0.05)
