from __future__ import annotations

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.simulator import (
    RequestError,
    Simulator,
    SimulatorError,
    SimulatorSettings,
    gazebo_environment,
    protocol,
    resolve_world,
)

pytestmark = pytest.mark.integration


def simulator_of(pid: int) -> list[psutil.Process]:
    """The living children of a process: a simulator program and its display."""
    return psutil.Process(pid).children(recursive=True)


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def fresh(start_simulator) -> Iterator[Simulator]:
    simulator = start_simulator()
    yield simulator
    simulator.close()


def one_line(error: pytest.ExceptionInfo[BaseException]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text
    return text


def test_a_hang_is_noticed_and_the_program_killed(fresh: Simulator) -> None:
    pid = fresh.description.pid
    fresh.step(25)
    os.kill(pid, signal.SIGSTOP)
    begin = time.monotonic()
    with pytest.raises(SimulatorError) as caught:
        fresh.step(25, timeout=0.5)
    assert time.monotonic() - begin < 5
    assert "hangs: no answer within 0.5 s" in one_line(caught)
    assert not fresh.alive()
    assert not psutil.pid_exists(pid)
    with pytest.raises(SimulatorError, match="hangs"):
        fresh.step(25)


def started_and(signal_number: int, name: str) -> tuple[str, float]:
    """Start a simulator, send its process `name` a signal at once; return why it failed, and how soon [s]."""
    simulator = Simulator(SimulatorSettings(resolve_world("empty"), arenas=1))
    errors: list[str] = []

    def start() -> None:
        try:
            simulator.start()
        except SimulatorError as error:
            errors.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    found: list[psutil.Process] = []

    def there() -> bool:
        found[:] = [child for child in simulator_of(os.getpid()) if child.name() == name]
        return bool(found)

    assert wait_until(there)
    found[0].send_signal(signal_number)
    begin = time.monotonic()
    thread.join(60.0)
    assert errors
    return errors[0], time.monotonic() - begin


@pytest.mark.parametrize("name", ["simulator", "Xvfb"])
def test_a_hang_during_the_start_is_noticed(name: str) -> None:
    reason, seconds = started_and(signal.SIGSTOP, name)
    assert re.search("hangs while|was not up within|does not come up", reason), reason
    assert seconds < 30.0  # within 5 s; the machine may be busy


def test_an_end_during_the_start_is_noticed() -> None:
    reason, seconds = started_and(signal.SIGKILL, "simulator")
    assert "ended while it was starting (killed by SIGKILL)" in reason
    assert seconds < 30.0


def test_a_long_step_is_no_hang(start_simulator) -> None:
    simulator = start_simulator(arenas=8)
    begin = time.monotonic()
    simulator.step(50_000, waffle_command=[[0.1, 0.5]] * 8, timeout=1.0)
    simulator.close()
    if time.monotonic() - begin < 1.0:
        pytest.skip("this machine is so fast that the step was not long")


def test_a_killed_program_is_noticed(fresh: Simulator) -> None:
    folder = fresh._folder.path
    os.kill(fresh.description.pid, signal.SIGKILL)
    begin = time.monotonic()
    with pytest.raises(SimulatorError) as caught:
        fresh.step(25)
    assert time.monotonic() - begin < 5  # the time-out: its end is noticed, not its silence
    assert "killed by SIGKILL" in one_line(caught)
    assert not fresh.alive()
    children = [child for child in psutil.Process().children() if child.name() == "Xvfb"]
    fresh.close()
    fresh.close()
    assert not folder.exists()
    assert all(not child.is_running() for child in children)


def test_a_dead_display_is_noticed(fresh: Simulator) -> None:
    assert fresh.alive()
    fresh._display._process.kill()
    assert wait_until(lambda: not fresh.alive())


def test_interrupts_are_for_the_supervisor_and_sigterm_ends(fresh: Simulator) -> None:
    pid = fresh.description.pid
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGINT)
    fresh.step(25)
    assert os.getsid(pid) != os.getsid(0), "a terminal's Ctrl-C does not reach it"
    os.kill(pid, signal.SIGTERM)
    assert wait_until(lambda: not fresh.alive(), 5)


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    code = """
import time
from object_tracker_sim.simulator import Simulator, SimulatorSettings, resolve_world
simulator = Simulator(SimulatorSettings(world=resolve_world("empty"), arenas=1))
simulator.start()
print("up", flush=True)
time.sleep(60)
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert parent.stdout.readline() == b"up\n"
    children = simulator_of(parent.pid)
    assert {child.name() for child in children} == {"simulator", "Xvfb"}
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    assert len(list(tmp_path.iterdir())) == 1, "its folder, for the next start to remove"


def inodes(pid: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        match = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
        if match:
            found.add(match[1])
    return found


def test_nothing_is_open_beyond_loopback(fresh: Simulator) -> None:
    pids = [child.pid for child in psutil.Process().children(recursive=True)]
    assert fresh.description.pid in pids
    seen = []
    for pid in pids:
        mine = inodes(pid)
        for table in ("tcp", "tcp6", "udp", "udp6"):
            lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
            for fields in map(str.split, lines):
                if fields[9] not in mine:
                    continue
                address = fields[1].rpartition(":")[0]
                if len(address) == 8:
                    seen.append(socket.inet_ntoa(struct.pack("<I", int(address, 16))))
                else:
                    seen.append(address)
    assert len(seen) >= 4, "Gazebo's master and transports are there to be seen"
    assert set(seen) == {"127.0.0.1"}


def test_sixteen_arenas_work(start_simulator) -> None:
    simulator = start_simulator(arenas=16)
    state = simulator.step(25, waffle_command=[[0.2, 0.1]] * 16)
    assert (state.frames == state.frames[0]).all()
    assert (state.waffle_pose == state.waffle_pose[0]).all()
    assert state.waffle_pose[0, 0] > 0.019
    simulator.close()


def test_seventeen_are_refused() -> None:
    with pytest.raises(UserError, match="arenas must be a whole number from 1 to 16"):
        SimulatorSettings(world=resolve_world("empty"), arenas=17)


HEADER = protocol.HEADER
VALID = protocol.pack_step(1, 1, 1, (), None, None, False)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (os.urandom(64), "protocol's magic"),
        (HEADER.pack(protocol.MAGIC, 77, 16, 1) + bytes(16), "unknown kind of request 77"),
        (HEADER.pack(protocol.MAGIC, protocol.STEP, 3, 1) + bytes(3), "request of 3 bytes"),
        (HEADER.pack(protocol.MAGIC, protocol.STEP, 2**31, 1), "request of 2147483648 bytes"),
        (HEADER.pack(protocol.MAGIC, protocol.LEASE, 31, 1), "request of 31 bytes"),
    ],
)
def test_bytes_that_are_no_request_end_in_an_error(fresh: Simulator, data: bytes, said: str) -> None:
    fresh._link._socket.sendall(data)
    kind, size, _ = fresh._link._receive()
    assert kind == protocol.ERROR
    assert said in fresh._link._text(size)
    assert fresh._program.process.wait(5) == 1, "an orderly end, no crash"


def test_requests_that_do_not_add_up_are_refused_and_it_runs_on(start_simulator) -> None:
    simulator = start_simulator()
    step = struct.Struct("<IIII")

    def send(body: bytes) -> None:
        header = HEADER.pack(protocol.MAGIC, protocol.STEP, len(body), 5)
        with pytest.raises(RequestError):
            simulator._link.exchange(header + body, 5, 5.0)

    nan = struct.pack("<d", float("nan"))
    reset = struct.Struct("<IIQ3d3d")
    send(step.pack(1, 0, 1, 0))  # a reset that is not there
    send(step.pack(1, 2, 0, 0) + bytes(8))  # half a command
    send(step.pack(1, 0, 0, 0) + bytes(8))  # something nobody announced
    send(step.pack(1, 64, 0, 0))  # an unknown flag
    send(step.pack(1, 0, 0, 1))  # what is reserved
    send(step.pack(100_001, 0, 0, 0))
    send(step.pack(1, 0, 2**32 - 1, 0))
    send(step.pack(1, 2, 0, 0) + nan + bytes(8))
    send(step.pack(1, 0, 1, 0) + reset.pack(1, 0, 0, *[0.0] * 6))  # no such arena
    send(step.pack(1, 0, 1, 0) + reset.pack(0, 3, 0, float("inf"), *[0.0] * 5))
    assert simulator.step(1).time_ns == 4_000_000
    simulator.close()


def test_half_a_request_and_a_closed_socket_end_it(fresh: Simulator) -> None:
    fresh._link._socket.sendall(VALID[:20])
    fresh._link.close()
    assert fresh._program.process.wait(5) == 0


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<model name='m'><static>1</static><link/></model>", "Gazebo could not load the world"),
        ("<physics type='ode'><max_step_size>-1</max_step_size></physics>", "max_step_size must be above 0"),
    ],
)
def test_a_world_that_gazebo_refuses_is_one_clear_line(tmp_path: Path, inside: str, said: str) -> None:
    world = tmp_path / "bad.world"
    world.write_text(f'<sdf version="1.6"><world name="w">{inside}</world></sdf>')
    before = set(simulator_of(os.getpid()))
    simulator = Simulator(SimulatorSettings(world=world, arenas=1))
    with pytest.raises(SimulatorError) as caught:
        simulator.start(timeout=30)
    assert said in one_line(caught)
    assert not simulator.alive()
    assert set(simulator_of(os.getpid())) == before


def test_a_taken_master_port_is_avoided(monkeypatch: pytest.MonkeyPatch) -> None:
    real = gazebo_environment.free_port
    lines: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = [taken.getsockname()[1]]
        monkeypatch.setattr(gazebo_environment, "free_port", lambda: ports.pop() if ports else real())
        settings = SimulatorSettings(world=resolve_world("empty"), arenas=1)
        with Simulator(settings, log=lines.append) as simulator:
            assert simulator.step(1).time_ns == 4_000_000
    assert any("was taken" in line for line in lines)


def test_a_missing_display_program_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    simulator = Simulator(SimulatorSettings(world=resolve_world("empty"), arenas=1))
    with pytest.raises(SimulatorError, match="install the package xvfb") as caught:
        simulator.start()
    one_line(caught)


def test_it_lives_once(fresh: Simulator) -> None:
    with pytest.raises(SimulatorError, match="started before"):
        fresh.start()
    assert fresh.alive()
    fresh.close()
    with pytest.raises(SimulatorError, match="closed"):
        fresh.step(1)
