"""The world node's local socket: the same steps as the service's, for this user's processes."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from object_tracker_agent.ros import ArenaStart, SimulationLost, StepClient, StepReply

from .running_world import RunningWorld, wait_until

pytestmark = pytest.mark.integration


def state(reply: StepReply) -> list[np.ndarray]:
    names = ("frames", "waffle_pose", "waffle_twist", "burger_pose", "burger_twist", "contacts")
    return [np.array(getattr(reply, name)) for name in names]


def played(client: StepClient) -> list[np.ndarray]:
    starts = [ArenaStart(arena, seed=arena, burger_pose=(1.0, 0.3 * arena, 0.0)) for arena in range(3)]
    states = state(client.step(0.0, resets=starts, copy_frames=False))
    command = np.array([[0.2, 0.5], [0.1, -0.5], [0.26, 0.0]])
    for _ in range(5):
        states += state(client.step(0.1, waffle_command=command, burger_command=-command, copy_frames=False))
    return states


def test_both_ways_tell_the_same(lockstep_world: RunningWorld) -> None:
    with lockstep_world.client(local_socket=False) as client:
        by_service = played(client)
    with lockstep_world.client() as client:
        by_socket = played(client)
    for one, other in zip(by_service, by_socket, strict=True):
        np.testing.assert_array_equal(one, other)


def test_frames_are_ones_own_unless_asked_otherwise(lockstep_world: RunningWorld) -> None:
    turn = np.full((3, 2), [0.0, 1.8])
    with lockstep_world.client() as client:
        kept = client.step(0.1, waffle_command=turn)
        copy = kept.frames.copy()
        shared = client.step(0.5, waffle_command=turn, copy_frames=False)
        assert (kept.frames == copy).all()
        assert (shared.frames != copy).any()
        assert not shared.frames.flags.writeable


def test_only_this_user_gets_to_it(lockstep_world: RunningWorld) -> None:
    with lockstep_world.client() as client:
        path = Path(client.describe().local_socket)
    assert stat.S_ISSOCK(path.lstat().st_mode)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.parent.stat().st_uid == os.getuid()


def test_an_ended_client_leaves_the_simulation_free(start_world: Callable[..., RunningWorld]) -> None:
    world = start_world(arenas=1, takeover_after=60.0)
    with world.client() as client:
        client.step(0.1)
    with world.client() as other:
        assert other.step(0.1).stamp_ns == 200_000_000


def test_nonsense_is_hung_up_on_and_harms_nobody(lockstep_world: RunningWorld) -> None:
    with lockstep_world.client() as client:
        client.step(0.1)
        for message in (b"x", b"\0" * 100, os.urandom(2000), b"\0\1\0\0" + b"\xff" * 200, b"y" * 20_000):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
                stranger.settimeout(10.0)
                stranger.connect(client.describe().local_socket)
                stranger.send(message)
                client.step(0.1)
                data = stranger.recv(65536)
                assert data == b"" or len(data) < 2000  # hung up, or a refusal
        client.step(0.1)


def test_the_socket_goes_with_the_node(start_world: Callable[..., RunningWorld]) -> None:
    world = start_world(arenas=1)
    with world.client() as client:
        path = Path(client.describe().local_socket)
        client.step(0.1)
        assert path.exists()
        world.process.kill()
        with pytest.raises(SimulationLost):
            _step_often(client)  # its simulator, which may make some more steps, dies with it
    world.process.wait()
    other = start_world(arenas=1)
    with other.client():
        wait_until(lambda: not path.exists(), 5.0)  # the next node removes what a killed one left


def _step_often(client: StepClient) -> None:
    for _ in range(1000):
        client.step(0.1)
