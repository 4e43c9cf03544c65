"""Starting a simulator again, and giving up; with a simulator that fails on demand instead of Gazebo."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.simulator import (
    Done,
    SimulatorDescription,
    SimulatorError,
    SimulatorSettings,
    SimulatorState,
    StartError,
)
from object_tracker_sim.world import supervision
from object_tracker_sim.world.supervision import MOST_IN_PERIOD, MOST_RESTARTS, SimulatorDown, Supervisor

COMMAND = np.zeros((1, 2))


class FailingSimulator:
    """Counts time, and fails when told to."""

    def __init__(self, fail_start: type[SimulatorError] | None) -> None:
        self.fail_start = fail_start
        self.fail_step = False
        self.is_alive = True
        self.hangs = False
        self.lent: Done | None = None  # a step that a client made by itself
        self.closed = False
        self.time_ns = 0
        self.description: SimulatorDescription | None = None
        self.starter: threading.Thread | None = None

    def kill(self) -> None: ...

    def start(self, timeout: float) -> SimulatorDescription:
        self.starter = threading.current_thread()
        if self.fail_start is not None:
            raise self.fail_start("no display")
        return SimulatorDescription(
            physics_step=0.004,
            horizontal_fov=1.0,
            near_clip=0.03,
            far_clip=100.0,
            arenas=1,
            image_height=1,
            image_width=1,
            gazebo_version="11",
            master_uri="",
            pid=-1,
        )

    def step(self, iterations: int, **arguments: Any) -> SimulatorState:
        if self.fail_step:
            raise SimulatorError("the simulator hangs")
        self.time_ns += iterations * 4_000_000
        return self._state()

    def _state(self) -> SimulatorState:
        seven, six = np.zeros((1, 7)), np.zeros((1, 6))
        return SimulatorState(
            time_ns=self.time_ns,
            frames=np.zeros((1, 1, 1, 3), np.uint8),
            waffle_pose=seven,
            waffle_twist=six,
            burger_pose=seven,
            burger_twist=six,
            contacts=np.zeros(1, np.uint8),
        )

    def alive(self) -> bool:
        return self.is_alive and not self.closed

    def listen(self, timeout: float) -> None:
        if self.hangs:
            raise SimulatorError("the simulator hangs")

    def last_lent_step(self) -> Done | None:
        return self.lent

    def state_of(self, done: Done) -> SimulatorState:
        self.time_ns = done.time_ns
        return self._state()

    def close(self) -> None:
        self.closed = True


class Bench:
    """A supervisor and the simulators it has made."""

    def __init__(self) -> None:
        self.made: list[FailingSimulator] = []
        self.fail_start: type[SimulatorError] | None = None
        self.log: list[str] = []
        self.events: list[str] = []
        self.supervisor = Supervisor(
            SimulatorSettings(world=Path("x.world"), arenas=1),
            prepare=lambda simulator: simulator.step(0),
            on_running=lambda: self.events.append("running"),
            on_down=self.events.append,
            log=self.log.append,
            make=self._make,
        )

    def _make(self, settings: SimulatorSettings, log: Callable[[str], None]) -> Any:
        self.made.append(FailingSimulator(self.fail_start))
        return self.made[-1]

    def up(self) -> FailingSimulator:
        assert self.supervisor.wait_running(5.0)
        return self.made[-1]

    def step(self, iterations: int = 1) -> int:
        return self.supervisor.step(iterations, waffle_command=COMMAND, burger_command=COMMAND).time_ns


@pytest.fixture
def bench() -> Any:
    bench = Bench()
    yield bench
    bench.supervisor.close()
    assert all(simulator.closed for simulator in bench.made)


def wait_until_made(bench: Bench, number: int) -> bool:
    """Poll until that many simulators have been started."""
    deadline = time.monotonic() + 5.0
    while len(bench.made) < number and time.monotonic() < deadline:
        bench.supervisor.poll()
    return len(bench.made) >= number


def test_start_and_step(bench: Bench) -> None:
    assert not bench.supervisor.running
    bench.supervisor.start()
    bench.up()
    assert bench.step(25) == 100_000_000
    assert bench.supervisor.restarts == 0


def test_a_first_start_that_is_refused_is_final(bench: Bench) -> None:
    bench.fail_start = StartError
    bench.supervisor.start()
    with pytest.raises(StartError, match="no display"):
        bench.supervisor.wait_running(5.0)
    assert len(bench.made) == 1


def test_a_first_start_that_fails_is_tried_again(bench: Bench) -> None:
    bench.fail_start = SimulatorError
    bench.supervisor.start()
    assert wait_until_made(bench, 2)
    bench.fail_start = None
    bench.up()
    assert bench.step(25) == 100_000_000
    assert bench.supervisor.restarts >= 1


def test_first_starts_that_fail_are_counted(bench: Bench) -> None:
    bench.fail_start = SimulatorError
    bench.supervisor.start()
    with pytest.raises(UserError, match=f"failed {MOST_RESTARTS + 1} times in a row.*no display"):
        bench.supervisor.wait_running(5.0)
    assert len(bench.made) == 1 + MOST_RESTARTS


def test_a_failed_step_starts_another_and_time_goes_on(bench: Bench) -> None:
    bench.supervisor.start()
    first = bench.up()
    bench.step(25)
    first.fail_step = True
    with pytest.raises(SimulatorDown, match="the simulator hangs"):
        bench.step()
    assert first.closed
    assert not bench.supervisor.running
    assert bench.supervisor.reason == "the simulator hangs"
    bench.up()
    assert bench.supervisor.restarts == 1
    assert bench.step(1) == 104_000_000
    assert bench.events == ["running", "the simulator hangs", "running"]


def test_an_end_between_steps_is_noticed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "LOOK_EVERY", -1.0)
    bench.supervisor.start()
    bench.up().is_alive = False
    bench.supervisor.poll()
    assert not bench.supervisor.running
    assert bench.events == ["running", "the simulator ended by itself"]
    bench.up()
    assert bench.supervisor.restarts == 1
    assert len(bench.made) == 2


def test_retries_are_bounded(bench: Bench) -> None:
    bench.supervisor.start()
    for _ in range(MOST_RESTARTS):
        bench.up().fail_step = True
        with pytest.raises(SimulatorDown):
            bench.step()
    bench.up().fail_step = True
    with pytest.raises(UserError, match=f"failed {MOST_RESTARTS + 1} times in a row.*hangs"):
        bench.step()
    assert bench.supervisor.restarts == MOST_RESTARTS


def test_restarts_that_do_not_come_up_count_too(bench: Bench) -> None:
    bench.supervisor.start()
    bench.up().fail_step = True
    bench.fail_start = SimulatorError
    with pytest.raises(SimulatorDown):
        bench.step()
    with pytest.raises(UserError, match="no display"):
        bench.supervisor.wait_running(5.0)
    assert len(bench.made) == 1 + MOST_RESTARTS


def test_a_long_healthy_life_is_a_new_beginning(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "HEALTHY_AFTER", -1.0)
    bench.supervisor.start()
    for _ in range(3 * MOST_RESTARTS):
        bench.up().fail_step = True
        with pytest.raises(SimulatorDown):
            bench.step()
    bench.up()


def test_restarts_without_an_end_are_bounded_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "HEALTHY_AFTER", -1.0)
    bench.supervisor.start()
    for _ in range(MOST_IN_PERIOD):
        bench.up().fail_step = True
        with pytest.raises(SimulatorDown):
            bench.step()
    bench.up().fail_step = True
    with pytest.raises(UserError, match=f"failed {MOST_IN_PERIOD + 1} times within 600 s.*hangs"):
        bench.step()


def test_one_lasting_thread_starts_all(bench: Bench) -> None:
    """The kernel's death signal goes to the children of a *thread* that ends."""
    bench.supervisor.start()
    bench.up().fail_step = True
    with pytest.raises(SimulatorDown):
        bench.step()
    bench.up()
    threads = {simulator.starter for simulator in bench.made}
    assert len(threads) == 1
    thread = threads.pop()
    assert thread is not None
    assert thread.is_alive()
    assert thread is not threading.main_thread()


def test_a_simulator_that_hangs_while_nobody_steps_is_started_again(bench: Bench) -> None:
    bench.supervisor.start()
    bench.up().hangs = True
    bench.supervisor._looked = 0.0
    bench.supervisor.poll()
    assert bench.events == ["running", "the simulator hangs"]
    assert wait_until_made(bench, 2)


def test_time_goes_on_from_what_a_client_has_reached_by_itself(bench: Bench) -> None:
    bench.supervisor.start()
    simulator = bench.up()
    reached = bench.step()
    simulator.lent = Done(7, 3, 0.0, (reached + 400_000_000).to_bytes(8, "little"))
    simulator.fail_step = True
    with pytest.raises(SimulatorDown):
        bench.step()
    assert bench.supervisor.state is not None
    assert bench.supervisor.state.time_ns == reached + 400_000_000
    bench.up()
    assert bench.step() == reached + 404_000_000
