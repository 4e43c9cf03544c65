"""Calling a ROS service and getting an answer or a reason, never waiting for ever."""

from __future__ import annotations

import time
from typing import Any

from rclpy.client import Client

from object_tracker_agent.ros.step_errors import SimulationLost
from object_tracker_agent.ros.waiting import Waiting, send_request, take_reply

POLL = 0.25
"""[s] How often a waiting call looks whether its server is still there."""
ABSENCE = 1.0
"""[s] A server missing from the graph for this long is gone (matching may flicker on a loaded machine)."""
RESEND_AFTER = 2.5
"""[s] A request without an answer is sent again after this long: the first exchange after discovery, and
whatever a full queue drops, can get lost."""


def wait_for_server(client: Client, timeout: float) -> bool:
    """Wait up to `timeout` [s] for `client`'s server; return whether it is there."""
    deadline = time.monotonic() + timeout
    while not client.service_is_ready():
        remaining = deadline - time.monotonic()
        if remaining <= 0.0:
            return False
        time.sleep(min(0.02, remaining))
    return True


def call(client: Client, waiting: Waiting, request: Any, timeout: float) -> Any:
    """Return the reply to `request`, which may be sent more than once; `waiting` waits for `client` alone.

    Raises SimulationLost when the server has left the graph, or has not answered within `timeout` [s].
    """
    numbers = {send_request(client, request)}
    start = time.monotonic()
    sent = present = start
    while True:
        if waiting.wait(POLL):
            taken = take_reply(client)
            if taken is not None and taken[0] in numbers:
                return taken[1]
        now = time.monotonic()
        if client.service_is_ready():
            present = now
        elif now - present > ABSENCE:
            raise SimulationLost(f"the simulation has ended: nobody serves {client.srv_name} any more")
        if now - start > timeout:
            raise SimulationLost(f"the simulation did not answer {client.srv_name} within {timeout:g} s")
        if now - sent > RESEND_AFTER:
            numbers.add(send_request(client, request))
            sent = now
