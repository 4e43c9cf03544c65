"""Steps that a client makes without the world node: the same steps, and the node knows what it must."""

from __future__ import annotations

import math
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from rosgraph_msgs.msg import Clock

from object_tracker_agent.envs.observations import pictures
from object_tracker_agent.presets import Observation
from object_tracker_agent.ros import ArenaStart, StepClient, StepRefused, StepReply
from object_tracker_agent.ros.direct_line import REPLY_HEAD, REQUEST_HEAD, DirectLine
from object_tracker_agent.ros.direct_reset import RESET
from object_tracker_agent.ros.step_types import ArenaLook

from .running_world import READY_TIMEOUT, RunningWorld, wait_until

pytestmark = pytest.mark.integration

STEP_NS = 100_000_000
TAKEOVER_AFTER = 8.0  # [s]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    world = RunningWorld(tmp_path_factory.mktemp("direct") / "log", arenas=2, takeover_after=TAKEOVER_AFTER)
    yield world
    world.close()


def line_of(client: StepClient) -> DirectLine | None:
    """Return the client's line to the simulator, if it has been lent one."""
    assert client._line is not None
    return client._line._direct


def hang_up(client: StepClient) -> None:
    """Leave the client's next step to the node."""
    assert client._line is not None
    client._line._hang_up_directly()


def drive(client: StepClient, steps: int) -> None:
    for _ in range(steps):
        client.step(0.1, waffle_command=np.array([[0.2, 0.5], [0.1, -0.5]]))


def test_steps_and_resets_go_there(world: RunningWorld) -> None:
    with world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        first = line_of(client)
        assert first is not None
        drive(client, 3)
        reply = client.step(0.1, resets=[ArenaStart(1)])
        assert reply.waffle_pose[0, 0] > 0.0
        assert line_of(client) is first


LOOK = ArenaLook(
    sun_direction=(0.3, 0.2, -0.9),
    sun_strength=0.8,
    ambient=(0.5, 0.4, 0.3),
    ground_colour=(0.2, 0.4, 0.6),
    burger_colour=(0.9, 0.1, 0.2),
    background_colour=(0.7, 0.8, 0.9),
    surroundings_low=(0.1, 0.2, 0.3),
    surroundings_high=(0.4, 0.5, 0.6),
    surroundings_seed=2**64 - 1,
    patterns=0.7,
    patterns_seed=5,
    camera_position_error=(0.01, -0.02, 0.03),
    camera_angle_error=(0.02, -0.01, 0.05),
    furniture=0.3,
    furniture_seed=2**64 - 2,
)


@pytest.mark.parametrize(
    "start",
    [
        ArenaStart(1),
        ArenaStart(1, 2**64 - 1, waffle_pose=(0.2, -0.1, 0.5), burger_pose=(1.0, 0.2, 2.0)),
        ArenaStart(1, 7, burger_pose=(0.6, 0.0, 0.0), solid=True, limit_acceleration=False, look=LOOK),
        ArenaStart(1, burger_pose=(0.6, 0.0, 0.0), look=ArenaLook(patterns=0.9, patterns_seed=3)),
        ArenaStart(1, burger_pose=(0.6, 0.0, 0.0), look=ArenaLook(furniture=0.4, furniture_seed=2**64 - 1)),
    ],
    ids=["world's", "poses", "look", "part of a look", "furniture"],
)
def test_a_reset_is_the_nodes(start_world: Callable[..., RunningWorld], start: ArenaStart) -> None:
    """The same poses and pixels at the start and after some steps, whoever has done it."""
    of_furniture = start.look is not None and start.look.furniture is not None
    world = start_world(arenas=2, world="arena" if of_furniture else "textured")
    ways = []
    for local_socket in (False, True):
        with world.client(local_socket=local_socket) as client:
            client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
            drive(client, 3)
            first = line_of(client) if local_socket else None
            replies = [client.step(0.0, resets=[start])]
            # The robots held no command since; then they drive, into one another if they are solid.
            replies += [client.step(0.1) for _ in range(2)]
            ahead = np.array([[0.0, 0.0], [0.26, 0.0]])
            replies += [client.step(0.5, waffle_command=ahead) for _ in range(6)]
            if local_socket:
                assert first is not None
                assert line_of(client) is first  # the node had nothing to do with it
            ways.append(replies)
    for one, other in zip(*ways, strict=True):
        np.testing.assert_array_equal(one.waffle_pose, other.waffle_pose)
        np.testing.assert_array_equal(one.burger_pose, other.burger_pose)
        np.testing.assert_array_equal(one.frames, other.frames)
        np.testing.assert_array_equal(one.contacts, other.contacts)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (ArenaStart(2), "name arena 2"),
        (ArenaStart(0, waffle_pose=(math.inf, 0.0, 0.0)), "must be finite"),
        (ArenaStart(0, burger_pose=(0.0, 2e4, 0.0)), "must be within 10000 m"),
        (ArenaStart(0, look=ArenaLook(sun_direction=(0.0, 0.0, 0.1))), "must point down"),
        (ArenaStart(0, look=ArenaLook(sun_strength=10.5)), "must be from 0 to 10"),
        (ArenaStart(0, look=ArenaLook(ambient=(0.0, 0.0, 1.1))), "must be from 0 to 1"),
        (ArenaStart(0, look=ArenaLook(patterns=-0.1)), "must be from 0 to 1"),
        (ArenaStart(0, look=ArenaLook(surroundings_low=(0.1, 0.1, 0.1))), "must be given together"),
        (
            ArenaStart(0, look=ArenaLook(surroundings_low=(0, 0, 0.5), surroundings_high=(1, 1, 0.4))),
            "must be up to surroundings_high",
        ),
        (ArenaStart(0, look=ArenaLook(camera_position_error=(0.0, 0.0, 0.6))), "must be from -0.5 to 0.5"),
        (ArenaStart(0, look=ArenaLook(camera_angle_error=(0.0, -0.9, 0.0))), "must be from -0.8 to 0.8"),
    ],
)
def test_a_bad_reset_is_refused_as_ever(world: RunningWorld, start: ArenaStart, said: str) -> None:
    with world.client() as client:
        before = client.step(0.1)
        assert line_of(client) is not None
        with pytest.raises(StepRefused, match=said):
            client.step(0.0, resets=[start])
        with pytest.raises(StepRefused, match="twice"):
            client.step(0.0, resets=[ArenaStart(0), ArenaStart(0)])
        np.testing.assert_array_equal(client.step(0.0).frames, before.frames)


def test_commands_hold_when_the_node_takes_over(world: RunningWorld) -> None:
    """What was commanded last, past the node, holds in a step of the node's without commands; and back."""
    with world.client() as client:
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
    world: RunningWorld, arguments: dict[str, Any], said: str
) -> None:
    with world.client() as client:
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
def test_nonsense_is_not_done(world: RunningWorld, packet: bytes) -> None:
    with world.client() as client:
        begin = client.step(0.1).stamp_ns
        line = line_of(client)
        assert line is not None
        line._socket.settimeout(10.0)
        line._socket.send(packet)
        told = line._socket.recv(4096)
        assert not told or REPLY_HEAD.unpack(told)[1] == 1  # hung up, or "not done"
        assert client.step(0.1).stamp_ns == begin + STEP_NS
        drive(client, 3)
    assert "Traceback" not in world.log.read_text()


def test_a_client_that_does_not_read_its_answers_loses_its_line(world: RunningWorld) -> None:
    with world.client() as client:
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
    with world.client() as other:
        drive(other, 3)


def test_two_clients_at_once(world: RunningWorld) -> None:
    """Whoever else asks is told, however often, and the first keeps its count."""
    first, second = world.client(), world.user()
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


def test_the_last_reply_can_be_asked_for_at_the_node(world: RunningWorld) -> None:
    """A client whose line breaks after a step was made has the same answer from the service."""
    user = world.user()
    with world.client() as client:
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


def test_who_listens_sees_every_step(world: RunningWorld) -> None:
    user = world.user()
    with world.client() as client:
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


@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_half_the_size_are_opencvs(world: RunningWorld, channels: int) -> None:
    """Whoever made the step before, and whether or not anything has moved."""
    settings = Observation(channels=channels)
    with world.client() as client:
        client.step(0.0, resets=[ArenaStart(k, burger_pose=(0.7, 0.1 * k, 0.0)) for k in range(2)])
        for duration in (0.1, 0.0, 0.3):
            reply = client.step(duration, half_channels=channels, copy_frames=False)
            np.testing.assert_array_equal(reply.halves, pictures(reply.frames, settings))
        client.step(0.1)  # without them
        hang_up(client)
        by_node = client.step(0.1, resets=[ArenaStart(0)], half_channels=channels)
        assert by_node.halves is None
        reply = client.step(0.0, half_channels=channels)
        np.testing.assert_array_equal(reply.halves, pictures(by_node.frames, settings))


def test_a_state_comes_ahead_of_its_images(world: RunningWorld) -> None:
    early: list[StepReply] = []
    with world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        drive(client, 5)
        reply = client.step(0.1, on_state=early.append)
        assert line_of(client) is not None
        assert early[0].stamp_ns == reply.stamp_ns
        np.testing.assert_array_equal(early[0].waffle_pose, reply.waffle_pose)
        assert reply.frames.shape == (2, 120, 160, 3)
        after = client.step(0.0)
        np.testing.assert_array_equal(after.frames, reply.frames)
        np.testing.assert_array_equal(after.waffle_pose, reply.waffle_pose)


def test_what_is_raised_meanwhile_harms_nothing(world: RunningWorld) -> None:
    def fail(_: StepReply) -> None:
        raise RuntimeError("of the caller's own")

    with world.client() as client:
        begin = client.step(0.1).stamp_ns
        with pytest.raises(RuntimeError, match="of the caller's own"):
            client.step(0.1, on_state=fail)
        assert client.step(0.1).stamp_ns == begin + 2 * STEP_NS
        assert line_of(client) is not None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_simulator_that_fails_while_it_draws(
    start_world: Callable[..., RunningWorld], number: signal.Signals
) -> None:
    """It has told the state of a step that is never done: the arenas are interrupted, the count goes on."""
    world = start_world(arenas=16)
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


def test_after_a_ctrl_c_in_the_middle_of_a_step(world: RunningWorld) -> None:
    """The next call is answered by what it asks for itself, though the answer to the last was never read."""

    def interrupt(_: StepReply) -> None:
        raise KeyboardInterrupt

    with world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        drive(client, 3)
        with pytest.raises(KeyboardInterrupt):
            client.step(0.1, on_state=interrupt)
        reply = client.step(0.0, resets=[ArenaStart(0, waffle_pose=(0.3, 0.2, 0.1)), ArenaStart(1)])
        np.testing.assert_allclose(reply.waffle_pose[0, :2], [0.3, 0.2])
        assert client.step(0.1).stamp_ns == reply.stamp_ns + STEP_NS
        assert line_of(client) is not None


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
