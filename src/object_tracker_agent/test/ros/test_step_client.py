"""The client of the lock-step service against servers that behave and that do not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from object_tracker_agent.ros import (
    ArenaStart,
    SimulationLost,
    StepClient,
    StepRefused,
    choose_domain,
)
from object_tracker_agent.ros.step_types import ArenaLook

pytestmark = pytest.mark.integration

# A world node without a simulator in it. What it does wrong is written in `answer`.
SERVER = """
import array, json, rclpy, time
from rclpy.executors import SingleThreadedExecutor
from object_tracker_msgs.srv import DescribeSimulation, Step
rclpy.init()
node = rclpy.create_node("world")
requests = []

def describe(request, reply):
    reply.ready, reply.mode, reply.arenas = True, "lockstep", 2
    reply.height, reply.width, reply.channels, reply.takeover_after = 4, 6, 3, 1.0
    return reply

def fill(request, reply):
    reply.success = True
    reply.height, reply.width, reply.channels = 4, 6, 3
    reply.stamp.sec, reply.stamp.nanosec = 3, 4
    reply.frames = array.array("B", (i % 256 for i in range(144)))
    for name, count in (("waffle_pose", 14), ("waffle_twist", 12), ("burger_pose", 14), ("burger_twist", 12)):
        setattr(reply, name, array.array("d", range(count)))
    reply.contacts = array.array("B", [0, 5])
    reply.interrupted = ["", "because"]
    reply.restarts = request.step
    return reply

{answer}

def step(request, reply):
    if request.leave:
        print("goodbye", request.session, flush=True)
        return fill(request, reply)
    requests.append(request)
    return answer(request, fill(request, reply))

node.create_service(Step, "~/step", step)
node.create_service(DescribeSimulation, "~/describe", describe)
executor = SingleThreadedExecutor()
executor.add_node(node)
print("up", flush=True)
while True:
    try:
        executor.spin_once(timeout_sec=1.0)
    except TypeError:  # a reply that is none
        pass
"""

HONEST = "def answer(request, reply): return reply"


class Server:
    """A running server, and clients of it."""

    def __init__(self, answer: str) -> None:
        self.domain = choose_domain({k: v for k, v in os.environ.items() if k != "ROS_DOMAIN_ID"})
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER.replace("{answer}", textwrap.dedent(answer))],
            env={**os.environ, **self.domain.environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "up\n"
        self.clients: list[StepClient] = []

    def client(self, timeout: float = 10.0) -> StepClient:
        self.clients.append(StepClient(self.domain.domain_id, timeout=timeout))
        return self.clients[-1]

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.process.kill()
        self.process.wait()
        self.domain.release()


@pytest.fixture
def serve() -> Iterator[Callable[[str], Server]]:
    servers: list[Server] = []

    def start(answer: str = HONEST) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_reply_as_arrays(serve: Callable[..., Server]) -> None:
    client = serve().client()
    description = client.wait_ready(10.0)
    assert (description.arenas, description.height, description.width) == (2, 4, 6)
    reply = client.step(0.1)
    assert reply.stamp_ns == 3_000_000_004
    assert reply.frames.shape == (2, 4, 6, 3)
    assert reply.frames[1, 0, 0].tolist() == [72, 73, 74]
    assert reply.waffle_pose.shape == reply.burger_pose.shape == (2, 7)
    assert reply.waffle_twist.shape == reply.burger_twist.shape == (2, 6)
    assert reply.burger_twist[1].tolist() == [6, 7, 8, 9, 10, 11]
    assert reply.contacts.tolist() == [0, 5]
    assert reply.interrupted == ["", "because"]


def test_steps_are_numbered(serve: Callable[..., Server]) -> None:
    client = serve().client()
    assert [client.step(0.1).restarts for _ in range(3)] == [0, 1, 2]  # the server returns the number there


def test_what_is_asked_arrives(serve: Callable[..., Server]) -> None:
    server = serve(
        """
        def answer(request, reply):
            r, = request.resets
            poses = (r.waffle_pose.tolist(), r.burger_pose.tolist())
            start = (r.arena, r.seed, *poses, r.solid, r.limit_acceleration)
            commands = (list(request.waffle_command), list(request.burger_command))
            reply.success, reply.message = False, json.dumps((request.duration, start, commands))
            return reply
        """
    )
    start = ArenaStart(1, seed=2**63, waffle_pose=(1.0, 2.0, 3.0), solid=True, limit_acceleration=False)
    with pytest.raises(StepRefused) as refused:
        server.client().step(0.5, resets=[start], waffle_command=np.array([[1, 2], [3, 4]]))
    duration, arrived, (waffle, burger) = json.loads(str(refused.value))
    assert duration == 0.5
    arena, seed, waffle_pose, burger_pose, solid, limit = arrived
    assert (arena, seed, waffle_pose, solid, limit) == (1, 2**63, [1.0, 2.0, 3.0], True, False)
    assert np.isnan(burger_pose[0])
    assert (waffle, burger) == ([1.0, 2.0, 3.0, 4.0], [])


def test_a_look_arrives(serve: Callable[..., Server]) -> None:
    server = serve(
        """
        def answer(request, reply):
            looks = [r.appearance for r in request.resets]
            def told(look, name):
                value = getattr(look, name)
                return value.tolist() if hasattr(value, "tolist") else value
            names = looks[0].get_fields_and_field_types()
            message = json.dumps([{name: told(look, name) for name in names} for look in looks])
            reply.success, reply.message = False, message
            return reply
        """
    )
    low, high = (0.0, 0.1, 0.2), (0.7, 0.8, 0.9)
    look = ArenaLook(
        sun_strength=0.5,
        background_colour=(0.4, 0.5, 0.6),
        surroundings_low=low,
        surroundings_high=high,
        surroundings_seed=2**64 - 1,
    )
    patterned = ArenaLook(patterns=0.25, patterns_seed=2**64 - 2)
    off = ArenaLook(camera_position_error=(0.1, 0.2, -0.3), camera_angle_error=(-0.4, 0.5, 0.6))
    furnished = ArenaLook(furniture=0.75, furniture_seed=2**64 - 3)
    starts = [ArenaStart(0, look=look), ArenaStart(1), ArenaStart(2, look=patterned), ArenaStart(3, look=off)]
    starts.append(ArenaStart(4, look=furnished))
    with pytest.raises(StepRefused) as refused:
        server.client().step(0.0, resets=starts)
    first, second, third, fourth, fifth = json.loads(str(refused.value))
    assert first["given"]
    assert not second["given"]
    assert first["sun_strength"] == 0.5
    assert first["background_colour"] == [0.4, 0.5, 0.6]
    assert (first["surroundings_low"], first["surroundings_high"]) == (list(low), list(high))
    assert first["surroundings_seed"] == 2**64 - 1
    assert (third["patterns"], third["patterns_seed"]) == (0.25, 2**64 - 2)
    assert fourth["camera_position_error"] == [0.1, 0.2, -0.3]
    assert fourth["camera_angle_error"] == [-0.4, 0.5, 0.6]
    assert (fifth["furniture"], fifth["furniture_seed"]) == (0.75, 2**64 - 3)
    not_given = ("sun_direction", "ambient", "ground_colour", "burger_colour", "patterns", "furniture")
    for name in (*not_given, "camera_position_error", "camera_angle_error"):
        assert np.isnan(first[name]).all()


def test_refusal_does_not_use_up_the_number(serve: Callable[..., Server]) -> None:
    client = serve(
        """
        def answer(request, reply):
            if request.duration < 0:
                reply.success, reply.message = False, "duration is negative"
            return reply
        """
    ).client()
    client.step(0.1)
    with pytest.raises(StepRefused, match="duration is negative"):
        client.step(-0.1)
    assert client.step(0.1).restarts == 1


def test_a_lost_reply_is_asked_for_again(serve: Callable[..., Server]) -> None:
    """The first answer to step 1 gets lost; the client sends the same number again and takes that answer."""
    client = serve(
        """
        class Lost:  # rclpy cannot send this
            pass

        def answer(request, reply):
            if request.step == 1 and sum(r.step == 1 for r in requests) == 1:
                return Lost()
            return reply
        """
    ).client()
    client.step(0.1)
    assert client.step(0.1).restarts == 1
    assert client.step(0.1).restarts == 2


def test_silence_is_a_time_out(serve: Callable[..., Server]) -> None:
    client = serve("def answer(request, reply): time.sleep(60)").client(timeout=1.5)
    start = time.monotonic()
    with pytest.raises(SimulationLost, match=r"did not answer /world/step within 1\.5 s"):
        client.step(0.1)
    assert time.monotonic() - start < 10.0  # not 60


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_server_is_noticed(serve: Callable[..., Server], number: signal.Signals) -> None:
    server = serve()
    client = server.client(timeout=60.0)
    client.step(0.1)
    server.process.send_signal(number)
    start = time.monotonic()
    with pytest.raises(SimulationLost, match="has ended"):
        client.step(0.1)
    assert time.monotonic() - start < 30.0  # not 60


def test_nobody_there() -> None:
    domain = choose_domain({})
    client = StepClient(domain.domain_id, timeout=0.5)
    with pytest.raises(SimulationLost, match=f"no simulation on ROS domain {domain.domain_id}"):
        client.describe()
    with pytest.raises(SimulationLost, match=r"not ready within 0\.5 s"):
        client.wait_ready(0.5)
    client.close()
    client.close()
    domain.release()


def test_reply_of_the_wrong_size(serve: Callable[..., Server]) -> None:
    client = serve(
        "def answer(request, reply): reply.contacts = array.array('B', [1]); return reply"
    ).client()
    with pytest.raises(SimulationLost, match="does not fit its 2 arenas"):
        client.step(0.1)


def test_a_held_simulation_is_waited_for(serve: Callable[..., Server]) -> None:
    """Refused twice because another client holds the simulation, then it has been silent for long enough."""
    client = serve(
        """
        def answer(request, reply):
            if len(requests) <= 2:
                reply.success, reply.code = False, reply.OTHER_CLIENT
                reply.message = "another client is stepping"
            return reply
        """
    ).client()
    client.step(0.1)


def test_a_busy_simulation_is_given_up(serve: Callable[..., Server]) -> None:
    client = serve(
        """
        def answer(request, reply):
            reply.success, reply.code, reply.message = False, reply.OTHER_CLIENT, "another client is stepping"
            return reply
        """
    ).client()
    start = time.monotonic()
    with pytest.raises(SimulationLost, match="another client is stepping"):
        client.step(0.1)
    assert time.monotonic() - start > 1.0  # takeover_after


def test_a_client_that_is_closed_says_goodbye_once(serve: Callable[..., Server]) -> None:
    server = serve()
    idle, client = server.client(), server.client()
    idle.wait_ready(10.0)
    idle.close()  # has stepped nothing: there is nothing to give away
    client.step(0.1)
    client.close()
    client.close()
    server.process.kill()
    assert server.process.stdout is not None
    assert [line.split()[0] for line in server.process.stdout] == ["goodbye"]


def test_a_goodbye_that_nobody_hears_is_not_waited_for_long(serve: Callable[..., Server]) -> None:
    server = serve()
    client = server.client()
    client.step(0.1)
    server.process.send_signal(signal.SIGSTOP)
    start = time.monotonic()
    client.close()
    assert time.monotonic() - start < 30.0
