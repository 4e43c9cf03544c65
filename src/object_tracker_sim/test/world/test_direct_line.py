"""Steps that a client makes without the world node: the same steps, and the node knows what it must."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rosgraph_msgs.msg import Clock

from object_tracker_agent.ros import ArenaStart, StepRefused
from object_tracker_agent.ros.direct_line import REPLY_HEAD, REQUEST_HEAD
from object_tracker_agent.ros.direct_reset import RESET

from .direct import STEP_NS, drive, hang_up, line_of
from .running_world import RunningWorld, wait_until

pytestmark = pytest.mark.integration


def test_steps_and_resets_go_there(direct_world: RunningWorld) -> None:
    with direct_world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        first = line_of(client)
        assert first is not None
        drive(client, 3)
        reply = client.step(0.1, resets=[ArenaStart(1)])
        assert reply.waffle_pose[0, 0] > 0.0
        assert line_of(client) is first


def test_commands_hold_when_the_node_takes_over(direct_world: RunningWorld) -> None:
    """What was commanded last, past the node, holds in a step of the node's without commands; and back."""
    with direct_world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        drive(client, 10)
        direct = client.step(0.1)
        before = client.step(0.0, resets=[ArenaStart(1)])
        hang_up(client)
        by_node = client.step(0.1)
        moved = before.waffle_pose[0, :2] - by_node.waffle_pose[0, :2]
        assert math.hypot(*moved) == pytest.approx(0.02, abs=1e-3)
        np.testing.assert_allclose(by_node.waffle_twist[0], direct.waffle_twist[0], atol=1e-6)
        assert np.allclose(by_node.waffle_pose[1, :2], 0.0)  # at rest since its reset


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"duration": -0.1}, "duration is -0.1"),
        ({"duration": math.nan}, "duration is nan"),
        ({"duration": 0.0013}, "multiple of the physics step"),
        ({"duration": 11.0}, "at most 10 s"),
        ({"duration": 0.1, "waffle_command": np.full((2, 2), math.nan)}, "must be finite"),
        ({"duration": 0.1, "burger_command": np.full((2, 2), math.inf)}, "must be finite"),
        ({"duration": 0.1, "waffle_command": np.zeros((3, 2))}, "has 6 numbers"),
        (
            {"duration": 0.1, "waffle_command": np.zeros((3, 2)), "burger_command": np.zeros((1, 2))},
            "has 6 numbers",
        ),
    ],
)
def test_a_bad_step_is_refused_as_ever_and_harms_nothing(
    direct_world: RunningWorld, arguments: dict[str, Any], said: str
) -> None:
    with direct_world.client() as client:
        begin = client.step(0.1).stamp_ns
        assert line_of(client) is not None
        with pytest.raises(StepRefused, match=said):
            client.step(**arguments)
        assert client.step(0.1).stamp_ns == begin + STEP_NS
        assert line_of(client) is not None  # lent again


@pytest.mark.parametrize(
    "packet",
    [
        b"x",
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 0, 0, 0, 0) + bytes(6000),
        REQUEST_HEAD.pack(7, 0.1, 0, 0, 0, 0, 0, 0),
        REQUEST_HEAD.pack(1, 0.1, 4, 0, 0, 0, 0, 0),
        REQUEST_HEAD.pack(1, 0.1, 2**32 - 1, 1, 0, 0, 0, 0),
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 2, 0, 0, 0),
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 2**32 - 1, 0, 0, 0),
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 0, 2, 0, 0),
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 0, 0, 1, 0),
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 0, 0, 3, 0) + bytes(3 * RESET.size),
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 0, 0, 2**32 - 1, 0) + bytes(RESET.size),
        REQUEST_HEAD.pack(1, 0.1, 0, 0, 0, 0, 0, 1),
    ],
    ids=[
        "short",
        "long",
        "out of order",
        "no commands",
        "overflow",
        "two channels",
        "many channels",
        "neither ahead nor not",
        "no resets",
        "more resets than arenas",
        "resets that overflow",
        "reserved",
    ],
)
def test_nonsense_is_not_done(direct_world: RunningWorld, packet: bytes) -> None:
    with direct_world.client() as client:
        begin = client.step(0.1).stamp_ns
        line = line_of(client)
        assert line is not None
        line._socket.settimeout(10.0)
        line._socket.send(packet)
        told = line._socket.recv(4096)
        assert not told or REPLY_HEAD.unpack(told)[1] == 1  # hung up, or "not done"
        assert client.step(0.1).stamp_ns == begin + STEP_NS
        drive(client, 3)
    assert "Traceback" not in direct_world.log.read_text()


def test_a_client_that_does_not_read_its_answers_loses_its_line(direct_world: RunningWorld) -> None:
    with direct_world.client() as client:
        client.step(0.1)
        line = line_of(client)
        assert line is not None
        line._socket.setblocking(False)
        sent, deadline = 0, time.monotonic() + 20.0
        while time.monotonic() < deadline:
            try:
                line._socket.send(REQUEST_HEAD.pack(10**6, 0.1, 0, 0, 0, 0, 0, 0))
                sent += 1
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:
                break  # it has hung up
        assert time.monotonic() < deadline
        assert sent > 0
    with direct_world.client() as other:
        drive(other, 3)


def test_two_clients_at_once(direct_world: RunningWorld) -> None:
    """Whoever else asks is told, however often, and the first keeps its count."""
    first, second = direct_world.client(), direct_world.user()
    begin = first.step(0.0).stamp_ns
    for number in range(1, 6):
        refused = second.step(0)
        assert (refused.success, refused.code) == (False, refused.OTHER_CLIENT)
        assert first.step(0.1).stamp_ns == begin + number * STEP_NS
        assert line_of(first) is not None
    assert second.step(5).code == refused.OTHER_CLIENT
    first.close()
    assert second.step(0).success
    assert second.leave().success


def test_the_last_reply_can_be_asked_for_at_the_node(direct_world: RunningWorld) -> None:
    """A client whose line breaks after a step was made has the same answer from the service."""
    user = direct_world.user()
    with direct_world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        drive(client, 4)
        told = client.step(0.1)
        user.session = client._session
        again = user.step(client._next_step - 1, duration=0.1)
        assert again.success, again.message
        assert again.stamp.sec * 10**9 + again.stamp.nanosec == told.stamp_ns
        np.testing.assert_array_equal(np.array(again.waffle_pose).reshape(2, 7), told.waffle_pose)
        np.testing.assert_array_equal(np.frombuffer(again.frames, np.uint8), told.frames.ravel())
        assert user.step(client._next_step, duration=0.1).success  # it may go on there
        assert user.step(client._next_step + 5).code == again.OUT_OF_ORDER


def test_who_listens_sees_every_step(direct_world: RunningWorld) -> None:
    user = direct_world.user()
    with direct_world.client() as client:
        begin = client.step(0.1).stamp_ns
        drive(client, 3)
        assert line_of(client) is not None
        clocks = user.listen(Clock, "/clock")
        deadline = time.monotonic() + 20.0
        while line_of(client) is not None and time.monotonic() < deadline:
            drive(client, 1)
        assert line_of(client) is None
        assert user.spin_until(lambda: clocks, 10.0)
        clocks.clear()
        stamps = [client.step(0.1).stamp_ns for _ in range(5)]
        assert user.spin_until(lambda: len(clocks) >= 5, 10.0)
        seen = [c.clock.sec * 10**9 + c.clock.nanosec for c in clocks]
        assert seen[-5:] == stamps
        assert stamps[0] > begin
        user.close()
        wait_until(lambda: client.step(0.1) and line_of(client) is not None, 20.0)  # lent again


def test_it_goes_with_the_node(start_world: Callable[..., RunningWorld]) -> None:
    world = start_world(arenas=1)
    client = world.client()
    client.step(0.1)
    line = line_of(client)
    assert line is not None
    simulator = world.simulator()
    world.process.kill()
    world.process.wait()
    wait_until(lambda: not simulator.is_running(), 10.0)
    line._socket.settimeout(5.0)
    assert line._socket.recv(100) == b""
    assert isinstance(line._socket, socket.socket)
