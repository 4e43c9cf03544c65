"""The client's end of a simulation's local socket against servers that behave and that do not."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message

from object_tracker_agent.ros.direct_line import (
    DONE,
    MOVED,
    NOT_DONE,
    REPLY_HEAD,
    REQUEST_HEAD,
    DirectState,
    DirectStep,
    LineBroken,
)
from object_tracker_agent.ros.local_line import LocalLine
from object_tracker_msgs.srv import Step

SIZE = 24


def memory(*, sealed: bool = True, value: int = 7) -> int:
    descriptor = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(descriptor, bytes([value]) * SIZE)
    if sealed:
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return descriptor


def direct() -> int:
    """Return the client's end of a line to a simulator, whose end is the last of FAR."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    FAR.append(far)
    return near.detach()


FAR: list[socket.socket] = []


def packet(number: int, **fields: object) -> bytes:
    return serialize_message(Step.Response(**{"success": True, "step": number, **fields}))


def good(number: int) -> tuple[bytes, list[int]]:
    return packet(number, restarts=number), [memory(), direct()] if number == 0 else []


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
                    with contextlib.suppress(ConnectionResetError):  # a client that has hung up
                        if not connection.recv(65536):
                            return
                    answer = reply(number)
                    if answer is None:
                        return
                    data, descriptors = answer
                    with contextlib.suppress(BrokenPipeError):  # a client that has hung up
                        socket.send_fds(connection, [data], descriptors)
                    for descriptor in descriptors:
                        os.close(descriptor)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return path

    yield start
    listener.close()
    while FAR:
        FAR.pop().close()
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
    line = LocalLine(serve(lambda number: (packet(number), [memory(value=number)])))
    assert [line.call(Step.Request(step=step), 5.0)[1][0] for step in range(3)] == [0, 1, 2]
    line.close()


NUMBERS = bytes(range(50))


def answer(step: int, *, status: int = DONE) -> bytes:
    return REPLY_HEAD.pack(step, status, 0, 42, 3) + (b"" if status == NOT_DONE else NUMBERS)


def test_the_simulator_makes_later_steps(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(serve(good))
    command = np.array([[0.1, 0.2], [0.3, 0.4]])
    assert line.step_directly(DirectStep(0, 0.1, command), 5.0) is None  # nothing has been lent yet
    line.call(Step.Request(session=1, step=0), 5.0)
    for step in (1, 2):
        FAR[-1].send(answer(step))  # before it is asked: nobody else is there to do it later
        told = line.step_directly(DirectStep(step, 0.1, command), 5.0)
        assert told is not None
        state, frames = told
        assert state == DirectState(42, 3, NUMBERS)
        assert len(frames) == SIZE
        packet = FAR[-1].recv(1000)
        assert REQUEST_HEAD.unpack_from(packet) == (step, 0.1, 4, 0, 0, 0, 0, 0)
        commanded = np.frombuffer(packet, np.float64, 4, REQUEST_HEAD.size)
        np.testing.assert_array_equal(commanded, command.ravel())
    line.close()


def test_a_state_ahead_of_its_images(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(serve(good))
    line.call(Step.Request(session=1, step=0), 5.0)
    FAR[-1].send(answer(1, status=MOVED))
    FAR[-1].send(REPLY_HEAD.pack(1, DONE, 0, 42, 3))
    early: list[DirectState] = []
    told = line.step_directly(DirectStep(1, 0.1, half_channels=3), 5.0, early.append)
    assert told is not None
    assert early == [told[0]] == [DirectState(42, 3, NUMBERS)]
    assert REQUEST_HEAD.unpack_from(FAR[-1].recv(1000)) == (1, 0.1, 0, 0, 3, 1, 0, 0)
    FAR[-1].send(answer(2))  # it need not tell ahead
    told = line.step_directly(DirectStep(2, 0.1), 5.0, on_state=early.append)
    assert told is not None
    assert len(early) == 1
    line.close()


def test_what_the_simulator_does_not_do_is_asked_of_the_node(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(serve(good))
    line.call(Step.Request(session=1, step=0), 5.0)
    FAR[-1].send(answer(1, status=NOT_DONE))
    assert line.step_directly(DirectStep(1, 0.1), 5.0) is None
    assert line.call(Step.Request(session=1, step=1), 5.0)[0].restarts == 1
    FAR[-1].send(answer(2))
    assert line.step_directly(DirectStep(2, 0.1), 5.0) is not None  # the line is still there
    line.close()


@pytest.mark.parametrize("told", [b"", b"short", answer(7)], ids=["ends", "too little", "another step"])
def test_a_simulator_that_ends_or_errs_leaves_the_step_to_the_node(
    serve: Callable[[Reply], str], told: bytes
) -> None:
    line = LocalLine(serve(good))
    line.call(Step.Request(step=0), 5.0)
    if told:
        FAR[-1].send(told)
    else:
        FAR[-1].close()
    for step in (1, 2):
        assert line.step_directly(DirectStep(step, 0.1), 5.0) is None
        assert line.call(Step.Request(step=step), 5.0)[0].restarts == step
    line.close()


def test_a_simulator_that_ends_between_state_and_images(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(serve(good))
    line.call(Step.Request(step=0), 5.0)
    FAR[-1].send(answer(1, status=MOVED))
    FAR[-1].shutdown(socket.SHUT_WR)
    early: list[DirectState] = []
    assert line.step_directly(DirectStep(1, 0.1), 5.0, on_state=early.append) is None
    assert len(early) == 1
    assert line.call(Step.Request(step=1), 5.0)[0].restarts == 1
    line.close()


def test_a_simulator_that_does_not_answer(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(serve(good))
    line.call(Step.Request(step=0), 5.0)
    with pytest.raises(TimeoutError):
        line.step_directly(DirectStep(1, 0.1), 0.05)
    line.close()


def test_a_refusal_has_no_frames(serve: Callable[[Reply], str]) -> None:
    line = LocalLine(serve(lambda number: (packet(number, success=False, message="no"), [])))
    reply, frames = line.call(Step.Request(), 5.0)
    assert (reply.message, len(frames)) == ("no", 0)
    line.close()


@pytest.mark.parametrize(
    "reply",
    [
        lambda number: good(number) if number == 0 else None,
        lambda number: good(number) if number == 0 else (b"nonsense", []),
        lambda number: (packet(number), []),
        lambda number: (packet(number), [memory(sealed=False)]),
    ],
    ids=["hangs up", "no reply", "no memory", "memory that can shrink"],
)
def test_a_server_that_does_not_keep_to_it(serve: Callable[[Reply], str], reply: Reply) -> None:
    line = LocalLine(serve(reply))
    with pytest.raises(LineBroken):  # noqa: PT012 - whichever of the two
        line.call(Step.Request(step=0), 5.0)
        line.call(Step.Request(step=1), 5.0)
    with pytest.raises(LineBroken):
        line.call(Step.Request(step=2), 5.0)


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
