"""How a world node begins and ends: one line for an error, nothing left behind, nothing open to others."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from .running_world import RunningWorld, wait_until

pytestmark = pytest.mark.integration

END_TIMEOUT = 5.0  # [s] 2 s are meant; the machine may be busy


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def check_end(world: RunningWorld, processes: list[psutil.Process]) -> None:
    assert world.process.wait(END_TIMEOUT) == 0
    wait_until(lambda: gone(processes), END_TIMEOUT)
    assert "Traceback" not in world.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("times", [1, 2])
def test_signals(start_world: Callable[..., RunningWorld], number: signal.Signals, times: int) -> None:
    world = start_world()
    world.wait_ready()
    processes = world.processes()
    assert {"simulator", "Xvfb"} <= {process.name() for process in processes}
    for _ in range(times):
        world.process.send_signal(number)
        time.sleep(0.05)
    check_end(world, processes)


@pytest.mark.parametrize("after", [0.7, 1.5])
def test_a_stop_while_starting(start_world: Callable[..., RunningWorld], after: float) -> None:
    world = start_world()
    time.sleep(after)
    processes = world.processes()
    world.process.terminate()
    world.process.wait(END_TIMEOUT)
    wait_until(lambda: gone(processes), END_TIMEOUT)
    assert "Traceback" not in world.log.read_text()


def test_a_stop_in_a_step_that_hangs(start_world: Callable[..., RunningWorld]) -> None:
    world = start_world()
    world.wait_ready()
    user = world.user()
    user.step(0)
    processes = world.processes()
    world.simulator().send_signal(signal.SIGSTOP)
    user.ask(step=1, duration=0.1)
    time.sleep(0.5)
    world.process.terminate()
    check_end(world, processes)


def test_the_parents_death(start_world: Callable[..., RunningWorld], tmp_path: Path) -> None:
    template = start_world()
    template.process.kill()
    parent = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])", *template.command],
        env=template.environment,
        stdout=(tmp_path / "log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    wait_until(lambda: "ready:" in (tmp_path / "log").read_text(), 60.0)
    processes = psutil.Process(parent.pid).children(recursive=True)
    assert {"simulator", "Xvfb"} <= {process.name() for process in processes}
    parent.kill()
    parent.wait()
    wait_until(lambda: gone(processes), END_TIMEOUT)


def test_its_own_death(start_world: Callable[..., RunningWorld]) -> None:
    world = start_world()
    world.wait_ready()
    processes = world.processes()
    world.process.kill()
    world.process.wait()
    wait_until(lambda: gone(processes), END_TIMEOUT)


def test_nothing_listens_beyond_loopback(start_world: Callable[..., RunningWorld]) -> None:
    world = start_world()
    seen: set[tuple[str, str]] = set()
    deadline = time.monotonic() + 60.0
    up_at = None
    while up_at is None or time.monotonic() < up_at + 1.0:
        assert time.monotonic() < deadline
        if up_at is None and "ready:" in world.log.read_text():
            up_at = time.monotonic()
        for process in world.processes():
            try:
                seen.update(
                    (process.name(), connection.laddr.ip)
                    for connection in process.net_connections(kind="inet")
                    if connection.laddr
                )
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.02)
    assert {name for name, _ in seen} >= {"simulator"}
    assert {address for _, address in seen} == {"127.0.0.1"}


def test_a_second_world_on_the_domain_is_refused(start_world: Callable[..., RunningWorld]) -> None:
    first = start_world()
    first.wait_ready()
    second = subprocess.run(
        first.command, env=first.environment, capture_output=True, text=True, timeout=60.0, check=False
    )
    assert second.returncode == 1
    assert second.stderr.startswith("error: another simulation already serves /world/step on ROS domain ")
    assert first.process.poll() is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-p", "arenas:=0"], "error: parameter arenas: 0 is out of range, allowed are 1 to 16"),
        (["-p", "arenas:=17"], "error: parameter arenas: 17 is out of range, allowed are 1 to 16"),
        (["-p", "mode:=fast"], "error: parameter mode: 'fast' is not one of lockstep, realtime"),
        (["-p", "arena:=1"], "error: the world node has no parameter arena: did you mean arenas?"),
        (["-p", "world:=emty"], "did you mean 'empty'?"),
        (["-p", "world:=/no/such.world"], "error: "),
        (["-p", "arenas:="], "error: the ROS arguments cannot be used"),
        (["--", "arenas:=2"], "error: unknown argument arenas:=2"),
    ],
)
def test_bad_arguments(
    start_world: Callable[..., RunningWorld], arguments: list[str], complaint: str
) -> None:
    template = start_world()
    template.process.kill()
    template.process.wait()
    run = subprocess.run(
        [*template.command, *arguments],
        env=template.environment,
        capture_output=True,
        text=True,
        timeout=30.0,
        check=False,
    )
    assert run.returncode == 1
    lines = [line for line in run.stderr.splitlines() if not line.startswith("[ERROR]")]  # rcl's own line
    assert len(lines) == 1
    assert complaint in lines[0]
    assert lines[0].startswith("error: ")
