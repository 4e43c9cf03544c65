"""What a running simulator can be asked for."""

from __future__ import annotations

import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from object_tracker_sim.simulator import protocol
from object_tracker_sim.simulator.link import Link, LinkClosedError, ProtocolError
from object_tracker_sim.simulator.record import Done
from object_tracker_sim.simulator.types import (
    Reset,
    SimulatorError,
    SimulatorSettings,
    SimulatorState,
)


class RunningSimulator(ABC):
    """The half of `Simulator` that needs no more than its link; the other is how it comes to run and ends."""

    settings: SimulatorSettings
    _link: Link | None

    @abstractmethod
    def _running_link(self) -> Link:
        """Return the link. Raises SimulatorError: there is none, or the simulator is dead."""

    @abstractmethod
    def _fail_in_exchange(self, problem: Exception, timeout: float) -> SimulatorError:
        """Kill the simulator, which did not answer as it should, and return the error to raise."""

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
        with self._failing(timeout):
            return link.exchange(request, sequence, timeout)

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
        with self._failing(timeout):
            return link.measure(request, sequence, timeout)

    def lend(self, lease: protocol.Lease) -> socket.socket:
        """Let a client step the program by itself; return the socket that is to be given to it.

        Nothing but `take_back`, `last_lent_step` and `listen` may be called until `take_back`.

        Raises SimulatorError: the simulator has ended, and is dead now.
        """
        with self._failing(0.0):
            return self._running_link().lend(lease)

    def take_back(self, timeout: float = 5.0) -> tuple[SimulatorState, NDArray[np.float64]]:
        """End what `lend` began: the client's socket ends, after the step under way.

        Args:
            timeout: The simulator counts as hung after this long [s] without an answer or a sign of life.

        Returns:
            The state, and the commands held: linear [m/s] and angular [rad/s] of Waffles and Burgers. Shape:
            (2, arenas, 2).

        Raises SimulatorError: the simulator has hung or ended, and is dead now.
        """
        with self._failing(timeout):
            return self._running_link().take_back(timeout)

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
        with self._failing(timeout):
            self._running_link().listen(timeout)

    @contextlib.contextmanager
    def _failing(self, timeout: float) -> Iterator[None]:
        """Kill a simulator that does not answer as it should, and say so: raises SimulatorError."""
        try:
            yield
        except (TimeoutError, LinkClosedError, ProtocolError) as problem:
            raise self._fail_in_exchange(problem, timeout) from None
