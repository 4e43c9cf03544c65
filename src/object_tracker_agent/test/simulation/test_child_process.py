"""A child process ends when it should, and only then."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.simulation import child_process
from object_tracker_agent.simulation.child_process import ChildProcess


def start(*command):
    return ChildProcess(command, environment=os.environ, output=subprocess.DEVNULL)


@pytest.fixture
def sleeping():
    process = start("sleep", "300")
    yield process
    process.end()


def test_it_runs_until_it_is_ended(sleeping, wait_gone):
    assert sleeping.status() is None
    sleeping.end()
    assert sleeping.status() == -signal.SIGTERM
    assert wait_gone([sleeping.pid], timeout=0) == []
    sleeping.end()


def test_the_status_of_one_that_ends_by_itself():
    process = start("sh", "-c", "exit 7")
    deadline = time.monotonic() + 10.0
    while process.status() is None and time.monotonic() < deadline:  # told a moment after it has gone
        time.sleep(0.01)
    assert process.status() == 7
    process.end()


def test_one_that_does_not_listen_is_killed_with_its_group(monkeypatch, wait_gone):
    monkeypatch.setattr(child_process, "GRACE", 0.3)
    process = start("sh", "-c", "trap '' TERM; sleep 300 & while :; do sleep 300; done")
    while not (children := psutil.Process(process.pid).children()):
        pass
    process.end()
    assert wait_gone([process.pid, *(child.pid for child in children)]) == []
    assert process.status() == -signal.SIGKILL


def test_it_outlives_the_thread_that_made_it():
    made = []
    thread = threading.Thread(target=lambda: made.append(start("sleep", "300")))
    thread.start()
    thread.join()
    with pytest.raises(psutil.TimeoutExpired):
        psutil.Process(made[0].pid).wait(0.5)
    made[0].end()


def test_a_terminals_signals_do_not_reach_it(sleeping):
    assert os.getsid(sleeping.pid) != os.getsid(0)
    assert os.getpgid(sleeping.pid) != os.getpgid(0)


def test_a_fork_of_its_owner_leaves_it_alone(sleeping):
    fork = os.fork()
    if fork == 0:
        sleeping.end()
        os._exit(0)
    os.waitpid(fork, 0)
    assert sleeping.status() is None


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_owner(kill, wait_gone):
    code = (
        "import os, subprocess, time\n"
        "from object_tracker_agent.simulation.child_process import ChildProcess\n"
        "child = ChildProcess(['sleep', '300'], environment=os.environ, output=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(300)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    child = int(owner.stdout.readline())
    assert wait_gone([child], timeout=0.1) == [child]
    owner.send_signal(kill)
    owner.wait()
    assert wait_gone([child]) == []


def test_a_command_that_cannot_be_started(monkeypatch):
    monkeypatch.setattr(child_process, "tied", lambda command: ["/nowhere/setpriv", *command])
    with pytest.raises(UserError, match="cannot start /nowhere/setpriv: No such file or directory"):
        start("sleep", "1")
