"""A simulation of one's own, on the real one."""

import os
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.ros import ArenaStart
from object_tracker_agent.simulation import OwnSimulation

pytestmark = pytest.mark.integration


def family(pid):
    process = psutil.Process(pid)
    return [process.pid, *(child.pid for child in process.children(recursive=True))]


def test_it_is_what_was_asked_for_and_leaves_nothing(wait_gone):
    with OwnSimulation(arenas=2, image_height=60, image_width=80) as simulation:
        processes = family(simulation.pid)
        assert len(processes) >= 3  # the node, the simulator, its display
        with simulation.connect() as client:
            description = client.describe()
            reply = client.step(0.1, resets=[ArenaStart(arena=0), ArenaStart(arena=1)])
        assert description.ready
        assert description.mode == "lockstep"
        assert (description.arenas, description.height, description.width) == (2, 60, 80)
        assert reply.frames.shape == (2, 60, 80, 3)
    assert wait_gone(processes, timeout=1) == []
    simulation.close()


def test_two_at_once_do_not_meet():
    """Made in a thread that ends, as a user's program may."""
    made = []

    def make():
        made.append(OwnSimulation(arenas=1))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    with made[0] as first, OwnSimulation(arenas=2) as second:
        assert first.domain_id != second.domain_id
        for simulation, arenas in ((first, 1), (second, 2)):
            with simulation.connect() as client:
                assert client.describe().arenas == arenas


def test_it_keeps_off_the_users_domain(monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", "77")
    with OwnSimulation() as simulation:
        assert simulation.domain_id != 77
    assert os.environ["ROS_DOMAIN_ID"] == "77"


def test_an_unknown_world(wait_gone):
    before = set(family(os.getpid()))
    with pytest.raises(UserError) as caught:
        OwnSimulation(world="emty")
    assert "emty" in str(caught.value)
    assert "empty" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert wait_gone(list(set(family(os.getpid())) - before)) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, "exit"])
def test_it_ends_with_its_owner(how, wait_gone):
    code = (
        "import sys\n"
        "from object_tracker_agent.simulation import OwnSimulation\n"
        "simulation = OwnSimulation()\n"
        "print(simulation.pid, flush=True)\n"
        "sys.stdin.read()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    processes = family(int(owner.stdout.readline()))
    assert len(processes) >= 3
    if how == "exit":
        owner.stdin.close()
    else:
        owner.send_signal(how)
    owner.wait(20)
    assert wait_gone(processes) == []
