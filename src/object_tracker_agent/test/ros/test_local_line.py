"""The client's end of a simulation's local socket against servers that behave and that do not."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message

from object_tracker_agent.ros.local_line import LineBroken, LocalLine
from object_tracker_msgs.srv import Step

SIZE = 24


def memory(*, sealed: bool = True, value: int = 7) -> int:
    descriptor = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(descriptor, bytes([value]) * SIZE)
    if sealed:
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return descriptor


def good(number: int) -> tuple[bytes, list[int]]:
    reply = Step.Response(success=True, restarts=number)
    return serialize_message(reply), [memory()] if number == 0 else []


Reply = Callable[[int], "tuple[bytes, list[int]] | None"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Reply], str]]:
    """Start a server that answers request 0, 1, … with what `reply` returns, or hangs up; return its path."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = str(tmp_path / "step")
    listener.bind(path)
    listener.listen(1)
    threads = []

    def start(reply: Reply) -> str:
        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                for number in range(1000):
                    if not connection.recv(65536):
                        return
                    answer = reply(number)
                    if answer is None:
                        return
                    data, descriptors = answer
                    socket.send_fds(connection, [data], descriptors)
                    for descriptor in descriptors:
                        os.close(descriptor)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return path

    yield start
    listener.close()
    for thread in threads:
        thread.join(5.0)
        assert not thread.is_alive()


def test_replies_and_their_frames(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(serve(good))
    for number in range(3):
        reply, frames = line.call(Step.Request(session=1, step=number), 5.0)
        assert reply.restarts == number
        np.testing.assert_array_equal(frames, np.full(SIZE, 7))
        assert not frames.flags.writeable
    line.close()
    np.testing.assert_array_equal(frames, np.full(SIZE, 7))  # still there


def test_another_memory_is_taken(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(
        serve(lambda number: (serialize_message(Step.Response(success=True)), [memory(value=number)]))
    )
    assert [line.call(Step.Request(), 5.0)[1][0] for _ in range(3)] == [0, 1, 2]
    line.close()


def test_a_refusal_has_no_frames(serve: Callable[[Reply], str]) -> None:
    refusal = serialize_message(Step.Response(success=False, message="no"))
    line = LocalLine(serve(lambda _: (refusal, [])))
    reply, frames = line.call(Step.Request(), 5.0)
    assert (reply.message, len(frames)) == ("no", 0)
    line.close()


@pytest.mark.parametrize(
    "reply",
    [
        lambda _: None,
        lambda _: (b"nonsense", []),
        lambda _: (serialize_message(Step.Response(success=True)), []),
        lambda _: (serialize_message(Step.Response(success=True)), [memory(sealed=False)]),
    ],
    ids=["hangs up", "no reply", "no memory", "memory that can shrink"],
)
def test_a_server_that_does_not_keep_to_it(serve: Callable[[Reply], str], reply: Reply) -> None:
    line = LocalLine(serve(reply))
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(LineBroken):
        line.call(Step.Request(), 5.0)
    assert len(list(Path("/proc/self/fd").iterdir())) < before + 1
    with pytest.raises(LineBroken):
        line.call(Step.Request(), 5.0)


def test_no_answer(serve: Callable[[Reply], str]) -> None:
    gate = threading.Event()

    def slow(_: int) -> None:
        gate.wait(10.0)

    line = LocalLine(serve(slow))
    with pytest.raises(TimeoutError):
        line.call(Step.Request(), 0.05)
    gate.set()


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(LineBroken):
        LocalLine(str(tmp_path / "step"))
    (tmp_path / "file").touch()
    with pytest.raises(LineBroken, match="no socket"):
        LocalLine(str(tmp_path / "file"))


def test_requests_arrive_whole(serve: Callable[[Reply], str]) -> None:
    request = Step.Request(session=2**64 - 1, step=3, duration=0.1)
    assert deserialize_message(serialize_message(request), Step.Request) == request
