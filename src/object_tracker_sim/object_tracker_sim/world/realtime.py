"""Mode realtime: simulated time moves by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from object_tracker_sim.simulator import SimulatorState
from object_tracker_sim.world.commands import BURGER, WAFFLE, Commands
from object_tracker_sim.world.pacing import Pacer
from object_tracker_sim.world.supervision import SimulatorDown, Supervisor
from object_tracker_sim.world.topics import Topics

WARN_EVERY = 10.0
"""[s] of wall clock between two warnings that the simulation is too slow."""


class Realtime:
    """Steps the simulator at the pace of the wall clock, holding whatever was commanded last.

    Args:
        supervisor: The simulator; running when this is made.
        commands: The velocities the robots hold.
        topics: Who listens, and where states go.
        camera_rate: Images per simulated second [Hz], at most one per physics step.
        real_time_factor: Simulated seconds per second.
        warn: Takes a warning.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        commands: Commands,
        topics: Topics,
        *,
        camera_rate: float,
        real_time_factor: float,
        warn: Callable[[str], None],
    ) -> None:
        assert supervisor.description is not None
        self._supervisor = supervisor
        self._commands = commands
        self._topics = topics
        self._factor = real_time_factor
        self._warn = warn
        physics_step = supervisor.description.physics_step
        if camera_rate * physics_step > 1.0:
            warn(
                f"camera_rate is {camera_rate:g} Hz; images come at {1.0 / physics_step:g} Hz:"
                " there is at most one per physics step"
            )
        self._pacer = Pacer(physics_step, camera_rate, real_time_factor, time.monotonic())
        self._checked_at = time.monotonic()
        self._lost = 0.0

    def deadline(self) -> float:
        """Return when `advance` is due [s, monotonic clock]."""
        return self._pacer.deadline()

    def advance(self) -> None:
        """Move simulated time by one tick and publish where that led."""
        tick = self._pacer.next()
        image = tick.image and self._topics.image_wanted
        try:
            state: SimulatorState = self._supervisor.step(
                tick.iterations,
                waffle_command=self._commands.of(WAFFLE),
                burger_command=self._commands.of(BURGER),
                render=image,
            )
        except SimulatorDown:
            return
        self._topics.publish(state, image=tick.image)
        now = time.monotonic()
        self._pacer.advance(tick, now)
        self._check_pace(now)

    def _check_pace(self, now: float) -> None:
        period = now - self._checked_at
        if period < WARN_EVERY:
            return
        lost = self._pacer.lost - self._lost
        self._checked_at, self._lost = now, self._pacer.lost
        reached = self._factor * (1.0 - lost / period)
        if reached < 0.9 * self._factor:
            self._warn(f"slower than asked: real-time factor {reached:.2f} instead of {self._factor:g}")
