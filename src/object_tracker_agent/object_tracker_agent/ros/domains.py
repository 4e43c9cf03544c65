"""The ROS domain of a run: the user's own, or a free one that no other run on this machine can get.

Two simulations in one domain would answer each other's clients. A domain is claimed by binding an abstract
Unix socket named after it: like the UDP ports that DDS derives from the domain it belongs to the machine (its
network namespace) and not to a user, and the kernel gives it back when the process ends, however it ends.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from object_tracker_agent.errors import UserError
from object_tracker_agent.ros.leftovers import remove_leftovers
from object_tracker_agent.ros.transport import transport_environment

# Above 101 the UDP ports of a domain overlap with those Linux gives out by itself.
FIRST_DOMAIN, LAST_DOMAIN = 1, 101
LARGEST_DOMAIN = 232  # [DDSI-RTPS 2.3, 9.6.1.1] above that there are no ports
PORT_BASE, DOMAIN_GAIN = 7400, 250  # [DDSI-RTPS 2.3, 9.6.1.1]

_claims: dict[int, socket.socket] = {}  # kept here so that a claim lasts as long as the process


@dataclass(frozen=True)
class DomainChoice:
    """A ROS domain claimed by this process until `release` or the end of the process."""

    domain_id: int
    environment: dict[str, str] = field(repr=False)
    """Variables for every process of the run: ROS_DOMAIN_ID and those that keep traffic on loopback."""
    attach_hint: str = field(repr=False)
    """What to type to look at the run's topics."""

    def release(self) -> None:
        """Give the domain back before the process ends. Safe to call twice."""
        claim = _claims.pop(self.domain_id, None)
        if claim is not None:
            claim.close()


def choose_domain(environment: Mapping[str, str]) -> DomainChoice:
    """Claim ROS_DOMAIN_ID of `environment`, or a free domain from 1 to 101 if it is not set.

    A simulation begins here, so this is also where the shared memory of killed ones is given back.

    Raises UserError if ROS_DOMAIN_ID is no domain or another run on this machine has claimed it, or if
    no domain is free.
    """
    remove_leftovers()
    given = environment.get("ROS_DOMAIN_ID", "").strip()
    if given:
        domain_id = _parse(given)
        if not _claim(domain_id):
            raise UserError(
                f"ROS_DOMAIN_ID={domain_id} is in use by another run on this machine: "
                "unset it to have a free one chosen, or set another"
            )
    else:
        domain_id = _free_domain()
    return DomainChoice(
        domain_id=domain_id,
        environment={"ROS_DOMAIN_ID": str(domain_id), **transport_environment(environment)},
        attach_hint=f"ROS_DOMAIN_ID={domain_id} ros2 topic list",
    )


def _parse(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= LARGEST_DOMAIN):
        raise UserError(f"ROS_DOMAIN_ID={text!r} is no ROS domain: set a number from 0 to {LARGEST_DOMAIN}")
    return int(text)


def _free_domain() -> int:
    count = LAST_DOMAIN - FIRST_DOMAIN + 1
    used = _domains_with_open_ports()
    for i in range(count):
        # Users begin at different places, so that they seldom meet.
        domain_id = FIRST_DOMAIN + (os.getuid() + i) % count
        if domain_id not in used and _claim(domain_id):
            return domain_id
    raise UserError(
        f"no free ROS domain from {FIRST_DOMAIN} to {LAST_DOMAIN}: end some of the runs on this machine, "
        "or choose one with ROS_DOMAIN_ID"
    )


def _claim(domain_id: int) -> bool:
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0object_tracker/ros_domain/{domain_id}")
    except OSError:
        claim.close()
        return False
    _claims[domain_id] = claim
    return True


def _domains_with_open_ports() -> set[int]:
    """Domains in which some process, ours or not, has a UDP port open."""
    used: set[int] = set()
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:  # no IPv6, or no /proc: the claim alone has to do
            continue
        ports = [int(line.split()[1].rpartition(":")[2], 16) for line in lines]
        used.update((port - PORT_BASE) // DOMAIN_GAIN for port in ports)
    return used
