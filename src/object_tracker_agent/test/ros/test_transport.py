"""How ROS processes reach each other, on this machine and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from object_tracker_agent.ros import choose_domain
from object_tracker_agent.ros.transport import PROFILE, PROFILE_VARIABLE, transport_environment

TALKER = textwrap.dedent(
    """
    import sys, rclpy
    from std_msgs.msg import String
    rclpy.init()
    node = rclpy.create_node("talker")
    publisher = node.create_publisher(String, "chatter", 10)
    node.create_timer(0.02, lambda: publisher.publish(String(data="x")))
    print("up", flush=True)
    rclpy.spin(node)
    """
)
LISTENER = textwrap.dedent(
    """
    import time, rclpy
    from rclpy.executors import SingleThreadedExecutor
    from std_msgs.msg import String
    rclpy.init()
    node = rclpy.create_node("listener")
    got = []
    node.create_subscription(String, "chatter", got.append, 10)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    end = time.monotonic() + 10.0
    while not got and time.monotonic() < end:
        executor.spin_once(timeout_sec=0.1)
    print("heard" if got else "nothing", flush=True)
    """
)


def test_stock_settings_get_our_profile() -> None:
    assert transport_environment({}) == {
        PROFILE_VARIABLE: str(PROFILE),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET",
    }
    assert PROFILE.is_file()


def test_settings_that_would_open_ports_are_overruled() -> None:
    variables = transport_environment(
        {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "ROS_LOCALHOST_ONLY": "1", "RMW_IMPLEMENTATION": ""}
    )
    assert variables["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"
    assert variables["ROS_LOCALHOST_ONLY"] == "0"


def test_users_profile_is_honoured() -> None:
    assert transport_environment({PROFILE_VARIABLE: "/my/profile.xml"}) == {}


def test_another_rmw_is_honoured() -> None:
    other = {"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}
    assert transport_environment(other) == {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    assert transport_environment({**other, "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}) == {
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"
    }


def open_ports(pid: int) -> list[tuple[str, str]]:
    """All Internet sockets of process `pid`, as (table, local address in the kernel's hexadecimal form)."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = str(entry.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                found.append((table, fields[1].split(":")[0]))
    return found


def stock_environment() -> dict[str, str]:
    """A user's shell in which nothing of ROS is set but where it is."""
    drop = {PROFILE_VARIABLE, "ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_LOCALHOST_ONLY"}
    return {name: value for name, value in os.environ.items() if name not in drop}


@pytest.fixture
def talker() -> Iterator[Callable[[dict[str, str]], tuple[int, int]]]:
    """Start a talker of a run; return its process and domain ids."""
    running = []

    def start(user: dict[str, str]) -> tuple[int, int]:
        stock = {**stock_environment(), **user}
        domain = choose_domain({k: v for k, v in stock.items() if k != "ROS_DOMAIN_ID"})
        process = subprocess.Popen(
            [sys.executable, "-c", TALKER],
            env={**stock, **domain.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        running.append((process, domain))
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        return process.pid, domain.domain_id

    yield start
    for process, domain in running:
        process.kill()
        process.wait()
        domain.release()


@pytest.mark.integration
@pytest.mark.parametrize(
    "user", [{}, {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}, {"FASTDDS_BUILTIN_TRANSPORTS": "UDPv4"}]
)
def test_nothing_listens_beyond_loopback(
    talker: Callable[[dict[str, str]], tuple[int, int]], user: dict[str, str]
) -> None:
    pid, _ = talker(user)
    seen = set()
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        seen.update(open_ports(pid))
        time.sleep(0.05)
    assert seen == {("udp", "0100007F")}  # 127.0.0.1; a stock participant shows 0.0.0.0 and the machine's own


@pytest.mark.integration
@pytest.mark.parametrize("user", [{}, {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}])
def test_a_stock_participant_can_attach(
    talker: Callable[[dict[str, str]], tuple[int, int]], user: dict[str, str]
) -> None:
    """`ros2 topic echo` of a user who set nothing but ROS_DOMAIN_ID."""
    _, domain_id = talker({})
    out = subprocess.run(
        [sys.executable, "-c", LISTENER],
        env={**stock_environment(), **user, "ROS_DOMAIN_ID": str(domain_id)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout == "heard\n"
