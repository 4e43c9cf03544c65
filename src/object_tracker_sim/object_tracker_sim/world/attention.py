"""What the world node waits for: its services, and the commands that somebody sends."""

from __future__ import annotations

from collections.abc import Sequence

from rclpy.node import Node
from rclpy.service import Service
from rclpy.subscription import Subscription

from object_tracker_agent.ros.waiting import Waiting, answer, receive


class Attention:
    """Waits for requests and messages of a node and has their callbacks called, in this thread.

    Args:
        node: with all its services.
    """

    def __init__(self, node: Node) -> None:
        self._context = node.context
        self._services = list(node.services)
        self._subscriptions: list[Subscription] = []
        self._waiting = Waiting(self._context, services=self._services)

    def listen_to(self, subscriptions: Sequence[Subscription]) -> None:
        """Wait for these from now on, besides the services: each one more costs every step a little."""
        if list(subscriptions) != self._subscriptions:
            self._waiting.close()
            self._subscriptions = list(subscriptions)
            self._waiting = Waiting(self._context, services=self._services, subscriptions=self._subscriptions)

    def take_commands(self) -> None:
        """See to the commands that have come, without waiting."""
        if self._subscriptions:
            self.serve(0.0)

    def serve(self, timeout: float) -> None:
        """Wait up to `timeout` [s] for something, and see to all that there is."""
        for entity in self._waiting.wait(timeout):
            if isinstance(entity, Service):
                answer(entity)
            else:
                receive(entity)

    def close(self) -> None:
        """End before the node does. Safe to call twice."""
        self._waiting.close()
