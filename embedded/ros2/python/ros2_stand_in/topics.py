"""`ros2 topic list | echo | hz`, by a node of its own (there is no daemon)."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import itertools
import os
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import yaml

WARN_AFTER = 1.0
"""[s] of wall clock without a topic, after which `hz` says so (as the real one does at once)."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `topic`."""
    topic = commands.add_parser("topic", help="Various topic related sub-commands")
    topic.set_defaults(main=lambda arguments: topic.print_help())
    verbs = topic.add_subparsers(title="Commands", metavar="Call `ros2 topic <command> -h` for usage.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--spin-time", type=float, default=4.0, help="Seconds to wait for discovery at most")
    common.add_argument("--no-daemon", action="store_true", help="Accepted: there is no daemon here")

    verb = verbs.add_parser("list", parents=[common], help="Output a list of available topics")
    verb.add_argument("-t", "--show-types", action="store_true", help="Additionally show the topic type")
    verb.set_defaults(main=list_topics)

    verb = verbs.add_parser("echo", parents=[common], help="Output messages from a topic")
    verb.add_argument("topic_name", help="Name of the ROS topic to listen to (e.g. '/chatter')")
    verb.add_argument("message_type", nargs="?", help="Type of the ROS message (e.g. 'std_msgs/msg/String')")
    verb.add_argument("--once", action="store_true", help="Print the first message received and then exit.")
    verb.add_argument("--field", help="Echo a selected field of a message, e.g. 'pose.pose.position'")
    verb.add_argument("-f", "--full-length", action="store_true", help="Output all elements of long arrays")
    verb.add_argument(
        "-l", "--truncate-length", type=int, default=128, help="Length of arrays (default: 128)"
    )
    verb.add_argument("--no-arr", action="store_true", help="Don't print array fields of messages")
    verb.set_defaults(main=echo)

    verb = verbs.add_parser("hz", parents=[common], help="Print the average publishing rate to screen")
    verb.add_argument("topic_name", help="Name of the ROS topic to listen to (e.g. '/chatter')")
    verb.add_argument("-w", "--window", type=int, default=10000, help="in # of messages (default: 10000)")
    verb.set_defaults(main=hz)


@contextlib.contextmanager
def temporary_node() -> Iterator[Any]:
    """Yield a ROS node for the time of one command. Raises KeyboardInterrupt when a signal ends it."""
    import rclpy  # takes a quarter of a second, which the other commands need not pay
    from rclpy.executors import ExternalShutdownException

    rclpy.init()
    node = rclpy.create_node(f"_ros2cli_{os.getpid()}")
    try:
        yield node
    except ExternalShutdownException as stopped:
        raise KeyboardInterrupt from stopped
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def list_topics(arguments: argparse.Namespace) -> None:
    """Print the topics seen within the spin time."""
    with temporary_node() as node:
        found = own = sorted(node.get_topic_names_and_types())
        deadline, unchanged = time.monotonic() + arguments.spin_time, 0
        while time.monotonic() < deadline and (found == own or unchanged < 5):
            time.sleep(0.1)
            last, found = found, sorted(node.get_topic_names_and_types())
            unchanged = unchanged + 1 if found == last else 0
        for name, types in found:
            print(f"{name} [{', '.join(types)}]" if arguments.show_types else name)


def message_class(node: Any, topic: str, given: str | None, patience: float | None) -> Any:
    """Return the class of a topic's messages: the given one, or the one seen within `patience` [s]."""
    began = time.monotonic()
    absolute = topic if topic.startswith("/") else f"/{topic}"
    warned = False
    while given is None:
        if not node.context.ok():  # a signal
            raise KeyboardInterrupt
        given = next((types[0] for name, types in node.get_topic_names_and_types() if name == absolute), None)
        if given is None and patience is not None and time.monotonic() - began > patience:
            raise RuntimeError(f"Could not determine the type for the passed topic: no {absolute} here")
        if given is None and patience is None and not warned and time.monotonic() - began > WARN_AFTER:
            print(f"WARNING: topic [{absolute}] does not appear to be published yet", flush=True)
            warned = True
        time.sleep(0.05)
    try:
        package, *_, name = given.split("/")
        return getattr(importlib.import_module(f"{package}.msg"), name)
    except (AttributeError, ModuleNotFoundError, ValueError):
        raise RuntimeError(f"The passed message type is invalid: {given}") from None


def as_plain(value: Any, limit: int | None, arrays: bool) -> Any:
    """Return a message as dictionaries, lists and numbers; arrays are cut after `limit` elements."""
    if hasattr(value, "get_fields_and_field_types"):
        fields = value.get_fields_and_field_types()
        return {name: as_plain(getattr(value, name), limit, arrays) for name in fields}
    if isinstance(value, (bytes, bytearray)) or (hasattr(value, "__len__") and not isinstance(value, str)):
        if not arrays:
            return f"<array type, length: {len(value)}>"
        kept = value if limit is None or len(value) <= limit else value[:limit]
        shown = [as_plain(item.item() if hasattr(item, "item") else item, limit, arrays) for item in kept]
        return shown if len(kept) == len(value) else [*shown, "..."]
    return value


def echo(arguments: argparse.Namespace) -> None:
    """Print a topic's messages as YAML."""
    import rclpy
    from rclpy.qos import qos_profile_sensor_data

    received: deque[Any] = deque()
    with temporary_node() as node:
        kind = message_class(node, arguments.topic_name, arguments.message_type, arguments.spin_time)
        node.create_subscription(
            kind, arguments.topic_name, lambda m: received.append(m), qos_profile_sensor_data
        )
        while True:
            rclpy.spin_once(node)
            while received:
                message = received.popleft()
                try:
                    for field in arguments.field.split(".") if arguments.field else ():
                        message = getattr(message, field)
                except AttributeError as error:
                    raise RuntimeError(f"Invalid field '{arguments.field}': {error}") from None
                limit = None if arguments.full_length else arguments.truncate_length
                plain = as_plain(message, limit, not arguments.no_arr)
                nested = isinstance(plain, (dict, list))
                text = yaml.safe_dump(plain, sort_keys=False).rstrip() if nested else str(plain)
                print(f"{text}\n---", flush=True)
                if arguments.once:
                    return


def hz(arguments: argparse.Namespace) -> None:
    """Print a topic's average rate once a second."""
    import rclpy
    from rclpy.qos import qos_profile_sensor_data

    stamps: deque[float] = deque(maxlen=arguments.window + 1)
    with temporary_node() as node:
        kind = message_class(node, arguments.topic_name, None, None)

        def arrived(raw: bytes) -> None:
            stamps.append(time.monotonic())

        node.create_subscription(kind, arguments.topic_name, arrived, qos_profile_sensor_data, raw=True)
        printed, last = time.monotonic(), 0.0
        while True:
            rclpy.spin_once(node, timeout_sec=1.0)
            if len(stamps) < 2 or stamps[-1] == last or time.monotonic() - printed < 1.0:
                continue
            printed, last = time.monotonic(), stamps[-1]
            gaps = [after - before for before, after in itertools.pairwise(stamps)]
            mean = sum(gaps) / len(gaps)
            deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
            print(
                f"average rate: {1 / mean:.3f}\n\tmin: {min(gaps):.3f}s max: {max(gaps):.3f}s "
                f"std dev: {deviation:.5f}s window: {len(gaps)}",
                flush=True,
            )
