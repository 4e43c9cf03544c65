"""Waiting for a few services, clients and subscriptions, and nothing else.

An rclpy executor looks through all of a node, builds a wait set and makes tasks of what it finds, anew for
every message; see docs/benchmarks.md for what that costs. Here the wait set is kept and what is ready is
taken directly, by the calls that rclpy's own executors and `rclpy.wait_for_message` make.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rclpy.client import Client
from rclpy.context import Context
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.service import Service
from rclpy.subscription import Subscription


class Waiting:
    """A kept wait set. Its entities must outlive it: `close` it before they are destroyed."""

    def __init__(
        self,
        context: Context,
        *,
        clients: Sequence[Client] = (),
        services: Sequence[Service] = (),
        subscriptions: Sequence[Subscription] = (),
    ) -> None:
        self._clients = list(clients)
        self._services = list(services)
        self._subscriptions = list(subscriptions)
        self._wait_set = rclpy_implementation.WaitSet(
            len(self._subscriptions), 0, 0, len(self._clients), len(self._services), 0, context.handle
        )

    def wait(self, timeout: float) -> list[Any]:
        """Wait up to `timeout` [s]; return the entities that have something to take, which may be none.

        A signal is noticed when the wait ends.
        """
        wait_set = self._wait_set
        wait_set.clear_entities()
        for subscription in self._subscriptions:
            wait_set.add_subscription(subscription.handle)
        for client in self._clients:
            wait_set.add_client(client.handle)
        for service in self._services:
            wait_set.add_service(service.handle)
        wait_set.wait(max(0, int(timeout * 1e9)))
        kinds = (
            ("subscription", self._subscriptions),
            ("client", self._clients),
            ("service", self._services),
        )
        return [
            entity
            for kind, entities in kinds
            for index, entity in enumerate(entities)
            if wait_set.is_ready(kind, index)
        ]

    def close(self) -> None:
        """Give the wait set back. Safe to call twice."""
        self._wait_set.destroy_when_not_in_use()


def answer(service: Service) -> None:
    """Take a request of `service`, if there is one, and send what its callback returns."""
    request, header = service.handle.service_take_request(service.srv_type.Request)
    if header is not None:
        service.send_response(service.callback(request, service.srv_type.Response()), header)


def receive(subscription: Subscription) -> None:
    """Take a message of `subscription`, if there is one, and give it to its callback."""
    taken = subscription.handle.take_message(subscription.msg_type, subscription.raw)
    if taken is not None:
        subscription.callback(taken[0])


def send_request(client: Client, request: Any) -> int:
    """Send `request`; return its number, which its reply will have."""
    return int(client.handle.send_request(request))


def take_reply(client: Client) -> tuple[int, Any] | None:
    """Take a reply, if there is one: the number of its request, and the reply itself."""
    header, reply = client.handle.take_response(client.srv_type.Response)
    return None if header is None else (int(header.request_id.sequence_number), reply)
