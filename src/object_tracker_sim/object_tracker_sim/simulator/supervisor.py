"""The life of one simulator: its folder, its display, its program, and what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from object_tracker_agent.private_folder import PrivateFolder
from object_tracker_sim.simulator.coming_up import wait_ready
from object_tracker_sim.simulator.composition import compose
from object_tracker_sim.simulator.display import Display
from object_tracker_sim.simulator.gazebo_environment import GazeboEnvironment
from object_tracker_sim.simulator.link import Link
from object_tracker_sim.simulator.program import Program
from object_tracker_sim.simulator.running import RunningSimulator
from object_tracker_sim.simulator.types import (
    SimulatorDescription,
    SimulatorError,
    SimulatorSettings,
)
from object_tracker_sim.simulator.worlds import share_folder

PORT_TRIES = 3
"""Another program can take the master's port between our finding it free and Gazebo's binding it."""

_PORT_TAKEN = "Address already in use"


def _ignore(line: str) -> None:
    """Log nothing."""


class Simulator(RunningSimulator):
    """One running Gazebo, from `start` to `close`: it lives once.

    Its processes get a signal from the kernel when the thread that called `start` ends, so call it from one
    that lives as long as the simulator shall. Not to be used from two threads at once.
    """

    def __init__(self, settings: SimulatorSettings, *, log: Callable[[str], None] = _ignore) -> None:
        """Start nothing yet.

        Args:
            settings: What to simulate.
            log: Takes a line for people now and then.
        """
        self.settings = settings
        self.description: SimulatorDescription | None = None
        self._log = log
        self._folder: PrivateFolder | None = None
        self._display: Display | None = None
        self._program: Program | None = None
        self._link: Link | None = None
        self._failure = ""

    def start(self, timeout: float = 60.0) -> SimulatorDescription:
        """Start Gazebo and wait until every camera has rendered.

        Args:
            timeout: Give up after this long [s].

        Raises:
            UserError: the world cannot be used.
            SimulatorError: the simulator did not come up; says why.
        """
        if self._folder is not None:
            raise SimulatorError("this simulator has been started before; make a new one")
        deadline = time.monotonic() + timeout
        try:
            environment = GazeboEnvironment()
            composition = compose(
                self.settings, share_folder() / "models", environment.model_path(self.settings.world)
            )
            for remark in composition.remarks:
                self._log(f"{self.settings.world}: {remark}")
            self._folder = PrivateFolder()
            world = self._folder.path / "composed.world"
            world.write_text(composition.text)
            self._display = Display(self._folder.path / "xvfb.log")
            for attempt in range(1, PORT_TRIES + 1):
                variables = environment.variables(self._folder.path, self._display.name, self.settings.world)
                try:
                    self.description = self._start_program(world, variables, deadline, timeout)
                    break
                except SimulatorError as error:
                    if attempt == PORT_TRIES or _PORT_TAKEN not in str(error):
                        raise
                    self._failure = ""
                    self._log("the port chosen for Gazebo's master was taken meanwhile; trying another")
            assert self.description is not None
            return self.description
        except BaseException:
            self.close()
            raise

    def _start_program(
        self, world: Path, variables: dict[str, str], deadline: float, timeout: float
    ) -> SimulatorDescription:
        assert self._folder is not None
        settings = self.settings
        self._link = Link(settings.arenas, settings.image_height, settings.image_width)
        self._program = Program(self._link, settings, world, self._folder.path, variables)
        try:
            found = wait_ready(self._link, self._program, deadline, timeout, variables["GAZEBO_MASTER_URI"])
        except SimulatorError as error:
            raise type(error)(str(self._fail(str(error)))) from None
        self._log(
            f"Gazebo {found.gazebo_version} is up: {found.arenas} arena(s) in {settings.world}, "
            f"images {found.image_width} x {found.image_height}, process {found.pid}"
        )
        return found

    def alive(self) -> bool:
        """Whether the simulator is up: started, not ended, display and program running."""
        return (
            self.description is not None
            and not self._failure
            and self._program is not None
            and self._program.running()
            and self._display is not None
            and self._display.alive()
        )

    def kill(self) -> None:
        """Kill the program, from any thread, so that whoever waits for it hears of its end."""
        if self._program is not None:
            self._program.process.kill()

    def close(self) -> None:
        """End the simulator's processes and remove its folder. Safe to call twice, and after a failure."""
        if not self._failure:
            self._failure = "the simulator has been closed"
        if self._link is not None:
            self._link.close()
        if self._program is not None:
            self._program.end(patience=2.0)
        if self._display is not None:
            self._display.close()
        if self._folder is not None:
            self._folder.remove()

    def __enter__(self) -> Simulator:
        """Start it, if that has not been done."""
        if self._folder is None:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _running_link(self) -> Link:
        if self._link is None or self.description is None or self._failure:
            raise SimulatorError(self._failure or "the simulator is not running; start it first")
        return self._link

    def _fail_in_exchange(self, problem: Exception, timeout: float) -> SimulatorError:
        if isinstance(problem, TimeoutError):
            return self._fail(f"the simulator hangs: no answer within {timeout:g} s")
        assert self._program is not None
        return self._fail(self._program.how_it_ended(problem, "by itself"))

    def _fail(self, reason: str) -> SimulatorError:
        """Kill the program and return the error to raise, with the last thing the program said."""
        if self._link is not None:
            self._link.close()
        if self._program is not None:
            self._program.end(patience=0.0)
        self.description = None
        tail = "" if self._program is None else self._program.last_words()
        error = SimulatorError(f"{reason}; it last said: {tail}" if tail else reason)
        self._failure = str(error)
        return error
