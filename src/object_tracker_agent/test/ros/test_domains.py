"""Choosing a ROS domain."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.ros.domains import DomainChoice, choose_domain
from object_tracker_agent.ros.transport import PROFILE, PROFILE_VARIABLE

OTHER_PROCESS = textwrap.dedent(
    """
    import sys
    from object_tracker_agent.ros import choose_domain
    print(choose_domain(dict(arg.split("=") for arg in sys.argv[1:])).domain_id, flush=True)
    sys.stdin.read()
    """
)


@pytest.fixture
def choose() -> Iterator[Callable[..., DomainChoice]]:
    chosen: list[DomainChoice] = []

    def choose_and_release(**environment: str) -> DomainChoice:
        chosen.append(choose_domain(environment))
        return chosen[-1]

    yield choose_and_release
    for choice in chosen:
        choice.release()


def start_other(*environment: str) -> tuple[subprocess.Popen[str], int]:
    """Start a process that chooses a domain and keeps it until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, *environment],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def test_free_domain_and_its_environment(choose: Callable[..., DomainChoice]) -> None:
    choice = choose()
    assert 1 <= choice.domain_id <= 101
    assert choice.environment["ROS_DOMAIN_ID"] == str(choice.domain_id)
    assert choice.environment[PROFILE_VARIABLE] == str(PROFILE)
    assert f"ROS_DOMAIN_ID={choice.domain_id}" in choice.attach_hint


def test_users_domain_is_honoured(choose: Callable[..., DomainChoice]) -> None:
    free = choose()
    free.release()
    choice = choose(ROS_DOMAIN_ID=str(free.domain_id))
    assert choice.domain_id == free.domain_id


def test_one_process_never_gets_the_same_twice(choose: Callable[..., DomainChoice]) -> None:
    domains = [choose().domain_id for _ in range(10)]
    assert len(set(domains)) == 10


def test_released_domain_is_free_again(choose: Callable[..., DomainChoice]) -> None:
    first = choose()
    first.release()
    first.release()
    assert choose().domain_id == first.domain_id


def test_processes_never_get_the_same(choose: Callable[..., DomainChoice]) -> None:
    others = [start_other() for _ in range(3)]
    try:
        domains = [choose().domain_id, *(domain for _, domain in others)]
        assert len(set(domains)) == 4
    finally:
        for process, _ in others:
            process.communicate()


def test_a_killed_process_gives_its_domain_back(choose: Callable[..., DomainChoice]) -> None:
    process, domain = start_other()
    with pytest.raises(UserError, match=f"ROS_DOMAIN_ID={domain} is in use"):
        choose(ROS_DOMAIN_ID=str(domain))
    process.kill()
    process.communicate()
    assert choose(ROS_DOMAIN_ID=str(domain)).domain_id == domain


def test_a_domain_somebody_else_uses_is_left_alone(choose: Callable[..., DomainChoice]) -> None:
    free = choose()
    free.release()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        # Where the first participant of a domain listens for discovery [DDSI-RTPS 2.3, 9.6.1.1].
        participant.bind(("127.0.0.1", 7400 + 250 * free.domain_id + 10))
        assert choose().domain_id != free.domain_id


@pytest.mark.parametrize("given", ["233", "-1", "x", "1.0", "²"])
def test_bad_domain_is_refused(given: str) -> None:
    with pytest.raises(UserError, match=r"ROS_DOMAIN_ID=.* set a number from 0 to 232"):
        choose_domain({"ROS_DOMAIN_ID": given})


def test_all_taken(choose: Callable[..., DomainChoice], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("object_tracker_agent.ros.domains.LAST_DOMAIN", 3)
    monkeypatch.setattr("object_tracker_agent.ros.domains._domains_with_open_ports", set)
    monkeypatch.setattr("object_tracker_agent.ros.domains._claim", lambda domain_id: False)
    with pytest.raises(UserError, match="no free ROS domain from 1 to 3"):
        choose()


def test_choosing_needs_no_ros() -> None:
    """A launch file chooses a domain; it should not have to import rclpy."""
    code = "import sys; from object_tracker_agent.ros import choose_domain; print('rclpy' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True
    )
    assert out.stdout.strip() == "False"
