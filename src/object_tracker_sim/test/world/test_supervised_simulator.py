"""A simulator that dies or hangs under a running world node."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from object_tracker_agent.ros import ArenaStart

from .running_world import READY_TIMEOUT, RunningWorld, wait_until

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_episodes_are_interrupted_and_training_goes_on(
    start_world: Callable[..., RunningWorld], number: signal.Signals
) -> None:
    world = start_world(arenas=2)
    client = world.client()
    client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
    before = client.step(0.1, waffle_command=np.full((2, 2), 0.1))
    assert before.interrupted == ["", ""]
    frames = before.frames.copy()

    simulator = world.simulator()
    simulator.send_signal(number)
    lost = client.step(0.1)  # noticed within 5 s on a machine that is not busy
    assert all(lost.interrupted)
    assert ("SIGKILL" if number == signal.SIGKILL else "hangs") in lost.interrupted[0]
    assert lost.frames.shape == frames.shape

    # Each arena stays interrupted until it is reset.
    deadline = time.monotonic() + READY_TIMEOUT
    while (reply := client.step(0.0, resets=[ArenaStart(0)])).interrupted[0]:
        assert time.monotonic() < deadline
    assert reply.interrupted[1]
    assert client.step(0.1).interrupted[1]
    reply = client.step(0.0, resets=[ArenaStart(1)])
    assert reply.interrupted == ["", ""]
    assert reply.restarts == 1
    assert not simulator.is_running()

    moved = client.step(0.1, waffle_command=np.full((2, 2), 0.1))
    assert moved.stamp_ns > before.stamp_ns
    assert moved.waffle_pose[1, 0] > 0.0


@pytest.mark.parametrize("wait", [True, False])
def test_a_simulator_that_dies_between_steps_is_started_again(
    start_world: Callable[..., RunningWorld], wait: bool
) -> None:
    world = start_world()
    client = world.client()
    client.step(0.1)
    world.simulator().kill()
    wait_until(lambda: "starting it again" in world.log.read_text(), READY_TIMEOUT)
    if wait:
        wait_until(lambda: "runs again" in world.log.read_text(), READY_TIMEOUT)
    reply = client.step(0.1)
    assert reply.restarts == 1
    assert "ended" in reply.interrupted[0]
    wait_until(lambda: "runs again" in world.log.read_text(), READY_TIMEOUT)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_display_that_dies_or_stops(
    start_world: Callable[..., RunningWorld], number: signal.Signals
) -> None:
    """Killed, it takes the simulator with it; stopped, it may never be missed. Neither leaves anything."""
    world = start_world()
    client = world.client()
    begin = client.step(0.1).stamp_ns
    (display,) = (process for process in world.processes() if process.name() == "Xvfb")
    name = world.simulator().environ()["DISPLAY"]
    display.send_signal(number)
    if number == signal.SIGKILL:
        wait_until(lambda: "starting it again" in world.log.read_text(), READY_TIMEOUT)
    deadline = time.monotonic() + READY_TIMEOUT
    while client.step(0.0, resets=[ArenaStart(0)]).interrupted[0]:
        assert time.monotonic() < deadline
    assert client.step(0.1).stamp_ns > begin
    world.close()
    assert not display.is_running()
    with socket.socket(socket.AF_UNIX) as probe:
        path = f"/tmp/.X11-unix/X{name.removeprefix(':')}"
        # Gone, or in the meantime another display's.
        assert probe.connect_ex(path) == 0 or not Path(path).exists()
