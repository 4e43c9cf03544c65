"""The life of one simulator: its folder, its display, its program, and what becomes of them."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import psutil
from ament_index_python.packages import get_package_prefix
from numpy.typing import ArrayLike, NDArray

from object_tracker_agent.private_folder import PrivateFolder
from object_tracker_agent.processes import tied
from object_tracker_sim.simulator import protocol
from object_tracker_sim.simulator.composition import compose
from object_tracker_sim.simulator.display import Display
from object_tracker_sim.simulator.gazebo_environment import GazeboEnvironment
from object_tracker_sim.simulator.link import (
    Link,
    LinkClosedError,
    ProtocolError,
    StartRefusedError,
    StuckError,
)
from object_tracker_sim.simulator.record import Done
from object_tracker_sim.simulator.types import (
    Reset,
    SimulatorDescription,
    SimulatorError,
    SimulatorSettings,
    SimulatorState,
    StartError,
)
from object_tracker_sim.simulator.worlds import share_folder

PORT_TRIES = 3
"""Another program can take the master's port between our finding it free and Gazebo's binding it."""

SILENCE = 4.0
"""[s] A program that starts and neither says nor computes anything for this long hangs."""
LONGEST_SILENCE = 20.0
"""[s] One that computes, but says nothing for this long, hangs as well."""
SIGN_OF_LIFE = 0.05
"""[s] of processor time: less is what threads that wait use."""

_PORT_TAKEN = "Address already in use"


def _cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used [s]; 0 if it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _ignore(line: str) -> None:
    """Log nothing."""


class Simulator:
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
        self._process: subprocess.Popen[bytes] | None = None
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
                    self._start_program(world, variables)
                    self.description = self._wait_ready(variables, deadline, timeout)
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

    def _start_program(self, world: Path, variables: dict[str, str]) -> None:
        assert self._folder is not None
        settings = self.settings
        program = Path(get_package_prefix("object_tracker_sim")) / "lib" / "object_tracker_sim" / "simulator"
        if not program.is_file():
            raise StartError(f"the simulator program {program} is missing; build the workspace")
        self._link = Link(settings.arenas, settings.image_height, settings.image_width)
        descriptors = self._link.far_descriptors
        numbers = (settings.arenas, settings.image_height, settings.image_width)
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                tied([str(program), *map(str, descriptors), str(world), *map(str, numbers)]),
                env=variables,
                cwd=self._folder.path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=descriptors,
                start_new_session=True,
            )
        self._link.started()

    def _wait_ready(self, variables: dict[str, str], deadline: float, timeout: float) -> SimulatorDescription:
        assert self._link is not None
        assert self._process is not None
        try:
            ready = self._hear_ready(deadline, timeout)
        except StartRefusedError as refusal:
            raise StartError(str(self._fail(f"the simulator cannot start: {refusal}"))) from None
        except StuckError as stuck:
            raise self._fail(f"the simulator does not come up: {stuck}") from None
        except (LinkClosedError, ProtocolError) as problem:
            raise self._fail(self._end_of_program(problem, "while it was starting")) from None
        description = SimulatorDescription(
            physics_step=ready.physics_step,
            horizontal_fov=ready.horizontal_fov,
            near_clip=ready.near_clip,
            far_clip=ready.far_clip,
            arenas=ready.arenas,
            image_height=ready.height,
            image_width=ready.width,
            gazebo_version=ready.gazebo_version.rstrip(b"\0").decode("ascii", "replace"),
            master_uri=variables["GAZEBO_MASTER_URI"],
            pid=self._process.pid,
        )
        self._log(
            f"Gazebo {description.gazebo_version} is up: {ready.arenas} arena(s) in {self.settings.world}, "
            f"images {ready.width} x {ready.height}, process {description.pid}"
        )
        return description

    def _hear_ready(self, deadline: float, timeout: float) -> protocol.Ready:
        """Wait for the program's being ready, which it may take long for as long as it lives.

        It lives if it says so, or if it computes: on a busy machine that alone may take seconds before it can
        say anything.
        """
        assert self._link is not None
        assert self._process is not None
        doing, heard, computed = "starting", time.monotonic(), _cpu_seconds(self._process.pid)
        alive = heard
        while True:
            now = time.monotonic()
            if now > deadline:
                raise self._fail(f"the simulator was not ready within {timeout:g} s, it was {doing}")
            try:
                said = self._link.hear(0.25)
            except TimeoutError:
                used = _cpu_seconds(self._process.pid)
                if used - computed > SIGN_OF_LIFE:
                    alive, computed = now, used
                if now - alive > SILENCE or now - heard > LONGEST_SILENCE:
                    raise self._fail(f"the simulator hangs while {doing}") from None
                continue
            if not isinstance(said, str):
                return said
            doing, heard = said, time.monotonic()
            alive, computed = heard, _cpu_seconds(self._process.pid)

    def step(
        self,
        iterations: int,
        *,
        resets: Sequence[Reset] = (),
        waffle_command: ArrayLike | None = None,
        burger_command: ArrayLike | None = None,
        render: bool = True,
        timeout: float = 5.0,
    ) -> SimulatorState:
        """Apply resets, then commands, advance physics, render every arena at that instant.

        Args:
            iterations: Physics iterations; with 0 only the arenas just reset are rendered again.
            resets: Arenas to put to a start first; their commands become zero.
            waffle_command: Linear [m/s] and angular [rad/s] velocities to hold from now on, cut to the
                robot's limits. Shape: (arenas, 2). None: keep the last ones.
            burger_command: The same for the Burgers.
            render: False leaves `frames` as they are; the next rendering brings them up to date.
            timeout: The simulator counts as hung after this long [s] without an answer or a sign of life.

        Returns:
            The state; its arrays are overwritten by the next step.

        Raises:
            RequestError: bad arguments; nothing was done.
            SimulatorError: the simulator has hung or ended, and is dead now.
        """
        link = self._running_link()
        sequence = link.next_sequence()
        request = protocol.pack_step(
            sequence, self.settings.arenas, iterations, resets, waffle_command, burger_command, render
        )
        try:
            return link.exchange(request, sequence, timeout)
        except (TimeoutError, LinkClosedError, ProtocolError) as problem:
            raise self._fail_in_exchange(problem, timeout) from None

    def measure(
        self,
        steps: int,
        *,
        first_step: int,
        iterations: int,
        episode_steps: int,
        choices: Sequence[tuple[float, float]],
        seed: int = 0,
        timeout: float = 60.0,
    ) -> protocol.Measured:
        """Let the program step and render by itself, as fast as it can, and return how long that took.

        Args:
            steps: How many, 1 or more.
            first_step: The number of the first; it decides when arenas are reset.
            iterations: Physics iterations of each, 1 or more.
            episode_steps: Each arena is reset after this many steps, one arena after the other.
            choices: Commands of the Waffles to draw from, linear [m/s] and angular [rad/s]; 1 to 64.
            seed: Of the draws.
            timeout: The simulator counts as hung after this long [s] without an answer.

        Raises:
            RequestError: bad arguments; nothing was done.
            SimulatorError: the simulator has hung or ended, and is dead now.
        """
        link = self._running_link()
        sequence = link.next_sequence()
        request = protocol.pack_benchmark(
            sequence,
            steps=steps,
            first_step=first_step,
            iterations=iterations,
            episode_steps=episode_steps,
            seed=seed,
            choices=choices,
        )
        try:
            return link.measure(request, sequence, timeout)
        except (TimeoutError, LinkClosedError, ProtocolError) as problem:
            raise self._fail_in_exchange(problem, timeout) from None

    def lend(self, lease: protocol.Lease) -> socket.socket:
        """Let a client step the program by itself; return the socket that is to be given to it.

        Nothing but `take_back`, `last_lent_step` and `listen` may be called until `take_back`.

        Raises SimulatorError: the simulator has ended, and is dead now.
        """
        try:
            return self._running_link().lend(lease)
        except LinkClosedError as problem:
            raise self._fail_in_exchange(problem, 0.0) from None

    def take_back(self, timeout: float = 5.0) -> tuple[SimulatorState, NDArray[np.float64]]:
        """End what `lend` began: the client's socket ends, after the step under way.

        Args:
            timeout: The simulator counts as hung after this long [s] without an answer or a sign of life.

        Returns:
            The state, and the commands held: linear [m/s] and angular [rad/s] of Waffles and Burgers. Shape:
            (2, arenas, 2).

        Raises SimulatorError: the simulator has hung or ended, and is dead now.
        """
        try:
            return self._running_link().take_back(timeout)
        except (TimeoutError, LinkClosedError, ProtocolError) as problem:
            raise self._fail_in_exchange(problem, timeout) from None

    def last_lent_step(self) -> Done | None:
        """Return the last step that a client made by itself, if there is one; also of a dead simulator."""
        return None if self._link is None else self._link.last_lent_step()

    def state_of(self, done: Done) -> SimulatorState:
        """Return the state that `last_lent_step` led to; also of a dead simulator."""
        assert self._link is not None
        return self._link.state_of(done)

    def listen(self, timeout: float = 5.0) -> None:
        """Notice a simulator that hangs though nobody waits for it here. To be called several times a second.

        Args:
            timeout: It counts as hung after this long [s] without a sign of life.

        Raises SimulatorError: the simulator has hung or ended, and is dead now.
        """
        try:
            self._running_link().listen(timeout)
        except (TimeoutError, LinkClosedError, ProtocolError) as problem:
            raise self._fail_in_exchange(problem, timeout) from None

    def alive(self) -> bool:
        """Whether the simulator is up: started, not ended, display and program running."""
        return (
            self.description is not None
            and not self._failure
            and self._process is not None
            and self._process.poll() is None
            and self._display is not None
            and self._display.alive()
        )

    def close(self) -> None:
        """End the simulator's processes and remove its folder. Safe to call twice, and after a failure."""
        if not self._failure:
            self._failure = "the simulator has been closed"
        if self._link is not None:
            self._link.close()
        self._end_program(patience=2.0)
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

    @property
    def _log_path(self) -> Path:
        assert self._folder is not None
        return self._folder.path / "simulator.log"

    def _read_log(self) -> str:
        try:
            with self._log_path.open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - 20_000))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def _running_link(self) -> Link:
        if self._link is None or self.description is None or self._failure:
            raise SimulatorError(self._failure or "the simulator is not running; start it first")
        return self._link

    def _fail_in_exchange(self, problem: Exception, timeout: float) -> SimulatorError:
        if isinstance(problem, TimeoutError):
            return self._fail(f"the simulator hangs: no answer within {timeout:g} s")
        return self._fail(self._end_of_program(problem, "by itself"))

    def _end_program(self, patience: float) -> None:
        """Wait for the program, whose socket is closed, to end by itself; kill it if it does not."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
            return
        self._process.kill()
        self._process.wait()

    def _end_of_program(self, problem: Exception, when: str) -> str:
        """Say how the program ended, given what showed on the socket."""
        if isinstance(problem, ProtocolError):
            return f"the simulator sent nonsense ({problem})"
        assert self._process is not None
        try:
            status = self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            return "the simulator closed its socket without ending"
        if status < 0:
            with contextlib.suppress(ValueError):
                return f"the simulator ended {when} (killed by {signal.Signals(-status).name})"
        return f"the simulator ended {when} (exit status {status})"

    def _fail(self, reason: str) -> SimulatorError:
        """Kill the program and return the error to raise, with the last thing the program said."""
        if self._link is not None:
            self._link.close()
        self._end_program(patience=0.0)
        self.description = None
        # OGRE and Gazebo colour what they say; a SimulatorError is one line.
        said = [line for line in self._read_log().replace("\x1b", " ").splitlines() if line.strip()]
        tail = " | ".join(" ".join(line.split()) for line in said[-3:])
        error = SimulatorError(f"{reason}; it last said: {tail[-600:]}" if tail else reason)
        self._failure = str(error)
        return error
