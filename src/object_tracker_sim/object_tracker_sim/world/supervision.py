"""Keeping a simulator running: starting it, noticing its end, starting it again."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.errors import UserError
from object_tracker_sim.simulator import (
    Done,
    Reset,
    Simulator,
    SimulatorDescription,
    SimulatorError,
    SimulatorSettings,
    SimulatorState,
    StartError,
)
from object_tracker_sim.simulator.protocol import Lease

START_TIMEOUT = 60.0
"""[s] for a simulator to come up."""
STEP_TIMEOUT = 4.0
"""[s] without an answer after which a simulator counts as hung: 5 s at most until everybody knows."""
MOST_RESTARTS = 3
"""How many restarts in a row, each after less than HEALTHY_AFTER, are tried before giving up, by default."""
HEALTHY_AFTER = 10.0
"""[s] A simulator that ran this long is forgiven the ends of those before it."""
MOST_IN_PERIOD, PERIOD = 20, 600.0
"""How many restarts within how long [s] are tried before giving up, however long each has run."""
LOOK_EVERY = 0.2
"""[s] Between two looks whether a simulator that nobody steps still lives."""


class SimulatorDown(Exception):  # noqa: N818 - a state, not a mistake
    """Why the simulator cannot be stepped now; a new one is being started."""


class Supervisor:
    """Owns the one simulator of a world node, and lends it. Used by one thread, except `abort`.

    Args:
        settings: What to start.
        prepare: Called with each simulator that has come up, before it counts as running; returns its state.
        on_running: Called when a simulator has begun to run.
        on_down: Called with the reason when one that ran has failed.
        log: Takes progress lines.
        make: Makes a simulator of the settings.
        most_restarts: In a row (see MOST_RESTARTS); as many within PERIOD, if they are more than usual.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        prepare: Callable[[Simulator], SimulatorState],
        on_running: Callable[[], None],
        on_down: Callable[[str], None],
        log: Callable[[str], None],
        make: Callable[..., Simulator] = Simulator,
        most_restarts: int = MOST_RESTARTS,
    ) -> None:
        self._settings = settings
        self._prepare = prepare
        self._on_running = on_running
        self._on_down = on_down
        self._log = log
        self._make = make
        # The kernel ends a child together with the *thread* that started it, so all simulators are started
        # by one thread that lives as long as this object.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="simulator-starter")
        self._starting: Future[SimulatorDescription] | None = None
        self._simulator: Simulator | None = None
        self._running = False
        self._running_since = 0.0
        self._looked = 0.0
        self._failures = 0
        self._most_restarts = most_restarts
        # When, the last ones
        self._restarted: deque[float] = deque(maxlen=max(MOST_IN_PERIOD, most_restarts))
        self._time_offset = 0
        self._closed = threading.Event()
        self.description: SimulatorDescription | None = None
        self.state: SimulatorState | None = None
        """The last one known, also while the simulator is down; None before it first came up."""
        self.restarts = 0
        """How many times a new simulator was started in place of one that had failed."""
        self.reason = "the simulator is starting"
        """Why it is not running."""

    @property
    def running(self) -> bool:
        """Whether `step` can be called."""
        return self._running

    def start(self) -> None:
        """Begin to start a simulator; `poll` says when it runs."""
        self._simulator = self._make(self._settings, log=self._log)
        self._starting = self._starter.submit(self._simulator.start, timeout=START_TIMEOUT)

    def poll(self) -> None:
        """Look after the simulator. To be called often.

        Raises UserError when it cannot start at all, or too many in a row have failed.
        """
        now = time.monotonic()
        if self._running and now - self._looked > LOOK_EVERY:
            self._looked = now
            self._look()
        if self._starting is None or not self._starting.done():
            return
        starting, self._starting = self._starting, None
        try:
            self.description = starting.result()
            state = self._prepare(self._simulator_now)
        except StartError:
            self._close_simulator()
            raise
        except SimulatorError as error:
            self._fail(str(error))
            return
        self._take(state)
        self._running = True
        self._running_since = time.monotonic()
        self._on_running()

    def wait_running(self, timeout: float) -> bool:
        """Wait up to `timeout` [s] of wall clock for a simulator that is starting."""
        deadline = time.monotonic() + timeout
        while not self._running and not self._closed.is_set() and time.monotonic() < deadline:
            self.poll()
            if not self._running:
                self._closed.wait(0.02)
        return self._running

    def step(
        self,
        iterations: int,
        *,
        resets: Sequence[Reset] = (),
        waffle_command: NDArray[np.float64],
        burger_command: NDArray[np.float64],
        render: bool = True,
    ) -> SimulatorState:
        """Step the simulator as `Simulator.step` does. Times go on across restarts.

        Raises SimulatorDown with the reason when it has just failed; a new one is then being started.
        """
        try:
            state = self._simulator_now.step(
                iterations,
                resets=resets,
                waffle_command=waffle_command,
                burger_command=burger_command,
                render=render,
                timeout=STEP_TIMEOUT,
            )
        except SimulatorError as error:
            self._fail(str(error))
            raise SimulatorDown(self.reason) from error
        return self._take(state)

    def lend(self, session: int, next_step: int) -> socket.socket:
        """Let the client with `session` step the simulator by itself; return the socket to give it.

        Nothing may be stepped here before `take_back`. Raises SimulatorDown as `step` does.
        """
        try:
            return self._simulator_now.lend(Lease(session, next_step, self._time_offset, self.restarts))
        except SimulatorError as error:
            self._fail(str(error))
            raise SimulatorDown(self.reason) from error

    def take_back(self) -> NDArray[np.float64]:
        """End what `lend` began; `state` is up to date then.

        Returns:
            The commands held by Waffles and Burgers. Shape: (2, arenas, 2)

        Raises SimulatorDown as `step` does.
        """
        try:
            state, commands = self._simulator_now.take_back(STEP_TIMEOUT)
        except SimulatorError as error:
            self._fail(str(error))
            raise SimulatorDown(self.reason) from error
        self._take(state)
        return commands

    def last_lent_step(self) -> Done | None:
        """Return the last step that a client made by itself in the present simulator."""
        return None if self._simulator is None else self._simulator.last_lent_step()

    def abort(self) -> None:
        """End the simulator from another thread, whatever it is doing."""
        self._closed.set()
        self._kill_program()

    def close(self) -> None:
        """End the simulator. Safe to call twice."""
        self._closed.set()
        while self._starting is not None and not self._starting.done():
            self._kill_program()  # `start` then gives up; before there is a program it can only be waited for
            wait([self._starting], timeout=0.02)
        self._starter.shutdown()
        self._close_simulator()

    @property
    def _simulator_now(self) -> Simulator:
        assert self._simulator is not None
        return self._simulator

    def _look(self) -> None:
        if not self._simulator_now.alive():
            self._fail("the simulator ended by itself")
            return
        try:
            self._simulator_now.listen(STEP_TIMEOUT)
        except SimulatorError as error:
            self._fail(str(error))

    def _catch_up(self) -> None:
        """Take the state that a client's own steps have led to: of a dead simulator nobody else tells it."""
        done = self.last_lent_step()
        if done is None or self.state is None:
            return
        if done.time_ns + self._time_offset > self.state.time_ns:
            self._take(self._simulator_now.state_of(done))

    def _take(self, state: SimulatorState) -> SimulatorState:
        state.time_ns += self._time_offset
        self.state = state
        return state

    def _fail(self, reason: str) -> None:
        """Note that the simulator has failed and begin to start another."""
        was_running, self._running = self._running, False
        was_healthy = was_running and time.monotonic() - self._running_since > HEALTHY_AFTER
        self.reason = reason
        if was_running:
            self._catch_up()
            self._on_down(reason)  # first: an end can take a moment
        self._close_simulator()
        if self._closed.is_set():
            return
        self._failures = 1 if was_healthy else self._failures + 1
        if self._failures > self._most_restarts:
            raise UserError(f"the simulator failed {self._failures} times in a row, the last time: {reason}")
        now = time.monotonic()
        if len(self._restarted) == self._restarted.maxlen and now - self._restarted[0] < PERIOD:
            times = len(self._restarted) + 1
            raise UserError(f"the simulator failed {times} times within {PERIOD:g} s, the last: {reason}")
        self._restarted.append(now)
        self.restarts += 1
        self._time_offset = self.state.time_ns if self.state is not None else 0
        self._log(f"{reason}; starting it again ({self._failures} of {self._most_restarts})")
        self.start()

    def _kill_program(self) -> None:
        """Kill the program, from any thread, so that whoever waits for it hears of its end."""
        simulator = self._simulator
        if simulator is not None:
            simulator.kill()

    def _close_simulator(self) -> None:
        if self._simulator is not None:
            self._simulator.close()
