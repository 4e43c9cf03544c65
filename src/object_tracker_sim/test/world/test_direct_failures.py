"""A simulator that fails while a client steps it, or while nobody does."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from object_tracker_agent.ros import ArenaStart, StepReply

from .direct import STEP_NS, line_of
from .running_world import READY_TIMEOUT, RunningWorld, wait_until

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_simulator_that_fails_while_it_draws(
    start_world: Callable[..., RunningWorld], number: signal.Signals
) -> None:
    """It has told the state of a step that is never done: the arenas are interrupted, the count goes on."""
    world = start_world(arenas=16, image_height=480, image_width=640)  # drawing outlasts a signal
    with world.client() as client:
        client.step(0.0, resets=[ArenaStart(k) for k in range(16)])
        drawn = client.step(0.1).stamp_ns
        simulator = world.simulator()
        early: list[StepReply] = []

        def fail(state: StepReply) -> None:
            early.append(state)
            simulator.send_signal(number)

        lost = client.step(0.1, on_state=fail)
        assert len(early) == 1
        assert all(lost.interrupted)
        assert lost.stamp_ns >= drawn
        reply = client.step(0.0, resets=[ArenaStart(k) for k in range(16)])
        wait = time.monotonic() + READY_TIMEOUT
        while any(reply.interrupted):
            assert time.monotonic() < wait
            reply = client.step(0.0, resets=[ArenaStart(k) for k in range(16)])
        assert client.step(0.1).stamp_ns == reply.stamp_ns + STEP_NS


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_simulator_that_fails_in_a_clients_hands(
    start_world: Callable[..., RunningWorld], number: signal.Signals
) -> None:
    """While the client waits for it alone: the node notices, and the count and the time go on."""
    world = start_world(arenas=1)
    client = world.client()
    client.step(0.0, resets=[ArenaStart(0)])
    for _ in range(20):
        reached = client.step(0.1).stamp_ns
    assert line_of(client) is not None
    world.simulator().send_signal(number)
    begin = time.monotonic()
    lost = client.step(0.1)
    assert time.monotonic() - begin < 30.0  # at most 9 s are meant, of which 4 for the new one
    assert ("SIGKILL" if number == signal.SIGKILL else "hangs") in lost.interrupted[0]
    assert lost.stamp_ns >= reached
    deadline = time.monotonic() + READY_TIMEOUT
    while (reply := client.step(0.0, resets=[ArenaStart(0)])).interrupted[0]:
        assert time.monotonic() < deadline
    assert reply.restarts == 1
    assert reply.stamp_ns >= reached
    assert client.step(0.1).stamp_ns == reply.stamp_ns + STEP_NS
    assert line_of(client) is not None


def test_a_hang_is_noticed_though_nobody_steps(start_world: Callable[..., RunningWorld]) -> None:
    world = start_world(arenas=1)
    world.wait_ready()
    world.simulator().send_signal(signal.SIGSTOP)
    wait_until(lambda: "hangs" in world.log.read_text(), 30.0)  # 4.4 s are meant
    wait_until(lambda: "runs again" in world.log.read_text(), READY_TIMEOUT)


def test_a_node_that_was_stopped_itself_does_not_blame_the_simulator(
    start_world: Callable[..., RunningWorld],
) -> None:
    world = start_world(arenas=1)
    with world.client() as client:
        begin = client.step(0.1).stamp_ns
        pids = [world.process.pid, world.simulator().pid]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(6.0)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        time.sleep(1.0)
        assert client.step(0.1).stamp_ns == begin + STEP_NS
    assert "hangs" not in world.log.read_text()
