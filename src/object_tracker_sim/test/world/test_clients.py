"""Clients that are two, that die, that come back or say goodbye: the simulation stays of use to the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from object_tracker_agent.ros import ArenaStart, SimulationLost, StepClient

from .running_world import READY_TIMEOUT, RunningWorld

pytestmark = pytest.mark.integration

TAKEOVER_AFTER = 8.0  # [s] long enough that a busy machine does not make a client look silent

# Steps for ever; ten simulated seconds each, so that it is nearly always in the middle of a call.
BUSY = """
import sys
from object_tracker_agent.ros import StepClient
client = StepClient(int(sys.argv[1]))
client.step(0.0)
print("stepping", flush=True)
while True:
    client.step(10.0)
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    world = RunningWorld(tmp_path_factory.mktemp("clients") / "log", arenas=2, takeover_after=TAKEOVER_AFTER)
    yield world
    world.close()


def works(client: StepClient) -> bool:
    """Whether a client can reset, drive and see."""
    begin = client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
    end = client.step(0.4, waffle_command=np.full((2, 2), 0.2))
    moved = end.waffle_pose[:, 0] > begin.waffle_pose[:, 0]
    return bool(moved.all()) and end.stamp_ns == begin.stamp_ns + 400_000_000


def test_a_goodbye_leaves_the_simulation_to_the_next_at_once(world: RunningWorld) -> None:
    for _ in range(3):
        client = world.client()
        start = time.monotonic()
        assert works(client)
        client.close()
        assert time.monotonic() - start < TAKEOVER_AFTER


def test_two_clients_at_once(world: RunningWorld) -> None:
    """The second is told, and the first notices nothing."""
    first, second = world.client(), world.user()
    begin = first.step(0.0).stamp_ns
    for number in range(1, 6):
        refused = second.step(0)
        assert not refused.success
        assert refused.code == refused.OTHER_CLIENT
        assert refused.message.startswith("another client is stepping this simulation: start your own")
        assert len(refused.frames) == 0
        assert first.step(0.1).stamp_ns == begin + number * 100_000_000
    first.close()
    assert second.step(0).success
    assert second.leave().success


def test_a_client_killed_in_the_middle_of_a_call(world: RunningWorld) -> None:
    world.client().close()  # it is up
    command = [sys.executable, "-c", BUSY, str(world.domain.domain_id)]
    client = subprocess.Popen(
        command, env={**os.environ, **world.domain.environment}, stdout=subprocess.PIPE, text=True
    )
    assert client.stdout is not None
    assert client.stdout.readline() == "stepping\n"
    time.sleep(0.05)
    client.send_signal(signal.SIGKILL)
    client.wait()
    client.stdout.close()
    assert works(world.client(timeout=READY_TIMEOUT))  # waits until the dead one has been silent long enough
    assert "Traceback" not in world.log.read_text()
    world.close_clients()


def test_a_client_that_comes_back_after_a_takeover(world: RunningWorld) -> None:
    old = world.client()
    old.step(0.1)
    begin = time.monotonic()
    new = world.client()
    reached = new.step(0.1).stamp_ns
    assert time.monotonic() - begin > TAKEOVER_AFTER / 2
    with pytest.raises(SimulationLost, match="another client is stepping this simulation"):
        old.step(0.1)
    old.close()  # what is not its own it does not give away
    assert new.step(0.1).stamp_ns == reached + 100_000_000
    new.close()
    with world.client() as third:
        assert works(third)


def test_a_session_that_went_on_without_its_client(world: RunningWorld) -> None:
    """A program started again with the number of its old session goes on, or begins it anew."""
    user = world.user()
    assert user.step(0).success
    assert user.step(1, duration=0.1).success
    refused = user.step(0)
    assert (refused.success, refused.code) == (False, refused.OUT_OF_ORDER)
    assert user.step(2).success
    assert user.leave().success
    assert user.step(3).code == refused.OUT_OF_ORDER
    assert user.step(0).success
    assert user.leave().success
    nobody = user.step(0, session=0)
    assert (nobody.success, nobody.code) == (False, nobody.INVALID)
