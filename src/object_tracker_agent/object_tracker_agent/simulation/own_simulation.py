"""A simulation of one's own: started by the name of its executable, ended with its owner."""

from __future__ import annotations

import os
import tempfile
import time
import weakref
from collections.abc import Mapping
from typing import IO

from object_tracker_agent.errors import UserError
from object_tracker_agent.ros import SimulationLost, StepClient, choose_domain
from object_tracker_agent.simulation.child_process import ChildProcess
from object_tracker_agent.simulation.executables import find_executable

CALL_TIMEOUT = 60.0  # [s] long enough for a simulator that is restarted during a step
READY_POLL = 1.0  # [s] how often the process is looked at while it comes up


class OwnSimulation:
    """Runs the node `world` of object_tracker_sim on a ROS domain of its own until `close`.

    The simulation ends with this object, and with this process however that ends. Several can run at once.

    Attributes:
        domain_id: its ROS domain.
    """

    def __init__(
        self,
        world: str = "empty",
        arenas: int = 1,
        image_height: int = 120,
        image_width: int = 160,
        *,
        mode: str = "lockstep",
        start_timeout: float = 90.0,
    ) -> None:
        """Start it and wait until it can be stepped.

        Args:
            world: name of a world of object_tracker_sim, or path of a world file.
            arenas: 1 to 16.
            image_height: of the camera [pixel].
            image_width: of the camera [pixel].
            mode: ``lockstep``, or ``realtime``: time moves by itself, and only topics are of use.
            start_timeout: how long it may take to come up [s].

        Raises:
            UserError: object_tracker_sim is not there, or the simulation did not come up; says why.
        """
        executable = find_executable("object_tracker_sim", "world")
        # ROS_DOMAIN_ID is the domain of the user's robots and of simulations they started themselves.
        domain = choose_domain({key: value for key, value in os.environ.items() if key != "ROS_DOMAIN_ID"})
        self.domain_id = domain.domain_id
        parameters: dict[str, str | int] = {
            "mode": mode,
            "world": world,
            "arenas": arenas,
            "image_height": image_height,
            "image_width": image_width,
        }
        self._log: IO[bytes] = tempfile.TemporaryFile()  # has no name: nothing is left of it  # noqa: SIM115
        self._process = ChildProcess(
            [str(executable), "--ros-args", *_parameter_arguments(parameters)],
            environment={**os.environ, **domain.environment},
            output=self._log,
        )
        self._finalizer = weakref.finalize(self, _end, self._process, self._log, domain.release)
        try:
            self._wait_until_ready(start_timeout)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> OwnSimulation:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Process id of the node."""
        return self._process.pid

    def connect(self, timeout: float = CALL_TIMEOUT, *, local_socket: bool = True) -> StepClient:
        """Return a new client of this simulation; `timeout` [s] is for each of its calls."""
        return StepClient(self.domain_id, timeout=timeout, local_socket=local_socket)

    def close(self) -> None:
        """End the simulation and wait until it is gone. Safe to call twice."""
        self._finalizer()

    def _wait_until_ready(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        with self.connect() as client:
            while True:
                try:
                    client.wait_ready(READY_POLL)
                    return
                except SimulationLost as error:
                    status = self._process.status()
                    if status is not None:
                        raise UserError(self._death(status)) from None
                    if time.monotonic() > deadline:
                        raise UserError(
                            f"the simulation was not ready within {timeout:g} s: {error}"
                        ) from None

    def _death(self, status: int) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        last = errors[-1].removeprefix("error: ") if errors else (lines[-1] if lines else "it said nothing")
        return f"the simulation ended while starting (status {status}): {last}"


def _parameter_arguments(parameters: Mapping[str, str | int]) -> list[str]:
    arguments = []
    for name, value in parameters.items():
        # A quoted value stays text even if it looks like a number or a truth value to YAML.
        text = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
        arguments += ["-p", f"{name}:={text}"]
    return arguments


def _end(process: ChildProcess, log: IO[bytes], release_domain: object) -> None:
    process.end()
    log.close()
    if callable(release_domain):
        release_domain()
