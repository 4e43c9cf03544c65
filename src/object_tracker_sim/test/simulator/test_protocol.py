from __future__ import annotations

import math
import socket
import struct
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from object_tracker_sim.simulator import RequestError, Reset, protocol
from object_tracker_sim.simulator.link import (
    Link,
    LinkClosedError,
    ProtocolError,
    StartRefusedError,
    StuckError,
)

ARENAS = 2


def pack(**changes) -> bytes:
    arguments = {
        "sequence": 1,
        "arenas": ARENAS,
        "iterations": 25,
        "resets": (),
        "waffle_command": None,
        "burger_command": None,
        "render": True,
    }
    return protocol.pack_step(**{**arguments, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iterations": -1}, "0 to 100000"),
        ({"iterations": 100_001}, "0 to 100000"),
        ({"resets": [Reset(2)]}, "no arena 2"),
        ({"resets": [Reset(-1)]}, "no arena -1"),
        ({"resets": [Reset(0), Reset(0)]}, "twice"),
        ({"resets": [Reset(0, seed=2**64)]}, "seed"),
        ({"resets": [Reset(0, waffle_pose=(0, math.nan, 0))]}, "waffle pose of arena 0"),
        ({"resets": [Reset(1, burger_pose=(0, math.inf, 0))]}, "burger pose of arena 1"),
        ({"waffle_command": np.zeros((3, 2))}, "shape (2, 2)"),
        ({"waffle_command": np.zeros(4)}, "shape (2, 2)"),
        ({"burger_command": [[0, 0], [math.nan, 0]]}, "finite"),
    ],
)
def test_a_bad_request_is_refused_before_it_is_sent(changes: dict, said: str) -> None:
    with pytest.raises(RequestError) as caught:
        pack(**changes)
    assert said in str(caught.value)


def test_messages_have_the_size_they_say() -> None:
    message = pack(resets=[Reset(1)], waffle_command=np.ones((2, 2)), burger_command=np.ones((2, 2)))
    magic, kind, size, sequence = protocol.HEADER.unpack_from(message)
    assert (magic, kind, sequence) == (protocol.MAGIC, protocol.STEP, 1)
    assert size == len(message) - protocol.HEADER.size == 16 + 328 + 2 * 32


class Peer:
    """The other end of a link, under a test's control."""

    def __init__(self) -> None:
        self.link = Link(ARENAS, 4, 6)
        self.socket = socket.socket(fileno=socket.dup(self.link.far_descriptors[0]))
        self.link.started()

    def answer(self, data: bytes, then_close: bool = False) -> None:
        self.socket.sendall(data)
        if then_close:
            self.socket.close()

    def close(self) -> None:
        self.socket.close()
        self.link.close()


@pytest.fixture
def peer():
    made = Peer()
    yield made
    made.close()


def header(kind: int, size: int, sequence: int = 1, magic: int = protocol.MAGIC) -> bytes:
    return protocol.HEADER.pack(magic, kind, size, sequence)


def test_a_state_arrives_in_the_buffers(peer: Peer) -> None:
    layout = protocol.StateLayout.of(ARENAS)
    floats = np.arange(ARENAS * 26, dtype="<f8")
    body = (123456789).to_bytes(8, "little") + floats.tobytes() + bytes([5, 2])
    assert len(body) == layout.size
    # In small pieces, as a stream may bring it.
    message = header(protocol.STATE, len(body)) + body

    def dribble() -> None:
        for start in range(0, len(message), 7):
            peer.socket.sendall(message[start : start + 7])

    thread = threading.Thread(target=dribble)
    thread.start()
    state = peer.link.exchange(pack(), 1, 5.0)
    thread.join()
    assert state.time_ns == 123456789
    assert state.waffle_pose.tolist() == floats[:14].reshape(2, 7).tolist()
    assert state.waffle_twist.tolist() == floats[14:26].reshape(2, 6).tolist()
    assert state.burger_pose.tolist() == floats[26:40].reshape(2, 7).tolist()
    assert state.burger_twist.tolist() == floats[40:].reshape(2, 6).tolist()
    assert state.contacts.tolist() == [5, 2]
    assert state.frames.shape == (ARENAS, 4, 6, 3)
    assert not state.frames.flags.writeable


@pytest.mark.parametrize(
    ("data", "close", "error"),
    [
        (header(protocol.STATE, 0, magic=1), False, ProtocolError),
        (header(protocol.STATE, 2**32 - 1), False, ProtocolError),
        (header(protocol.STATE, 10) + bytes(10), False, ProtocolError),
        (header(99, 0), False, ProtocolError),
        (header(protocol.ERROR, 3, sequence=7) + b"abc", False, ProtocolError),
        (header(protocol.ERROR, 3) + b"abcdef", False, ProtocolError),
        (header(protocol.ERROR, 3) + b"no!", False, RequestError),
        (header(protocol.STATE, 10), True, LinkClosedError),
        (b"", True, LinkClosedError),
        (b"xx", False, TimeoutError),
    ],
)
def test_what_is_no_answer_is_an_error(peer: Peer, data: bytes, close: bool, error: type[Exception]) -> None:
    peer.answer(data, close)
    with pytest.raises(error):
        peer.link.exchange(pack(), 1, 0.2)


def test_signs_of_life_go_before_an_answer(peer: Peer) -> None:
    alive = header(protocol.PROGRESS, 8, 0) + b"stepping"
    size = protocol.StateLayout.of(ARENAS).size
    peer.answer(3 * alive + header(protocol.STATE, size) + bytes(size))
    assert peer.link.exchange(pack(), 1, 5.0).time_ns == 0
    peer.answer(alive)  # late, of the last request
    peer.answer(header(protocol.ERROR, 3) + b"no!")
    with pytest.raises(RequestError, match="no!"):
        peer.link.exchange(pack(), 1, 5.0)


def test_signs_of_life_alone_are_no_answer(peer: Peer) -> None:
    peer.answer(header(protocol.PROGRESS, 8, 0) + b"stepping")
    with pytest.raises(TimeoutError):
        peer.link.exchange(pack(), 1, 0.2)


def test_a_start_tells_what_it_does(peer: Peer) -> None:
    ready = header(protocol.READY, protocol.READY_BODY.size, 0) + bytes(protocol.READY_BODY.size)
    peer.answer(
        header(protocol.PROGRESS, 5, 0) + b"begin" + header(protocol.PROGRESS, 4, 0) + b"more" + ready
    )
    assert [peer.link.hear(1.0) for _ in range(2)] == ["begin", "more"]
    assert isinstance(peer.link.hear(1.0), protocol.Ready)


def test_a_start_that_is_stuck_is_not_refused(peer: Peer) -> None:
    peer.answer(header(protocol.STUCK, 6, 0) + b"camera")
    with pytest.raises(StuckError, match="camera"):
        peer.link.hear(1.0)


def test_a_refused_start_says_why_in_one_line(peer: Peer) -> None:
    text = b"no\nworld \xff"
    peer.answer(header(protocol.ERROR, len(text), 0) + text)
    with pytest.raises(StartRefusedError, match=r"^no world \ufffd$"):
        peer.link.hear(1.0)


@pytest.mark.parametrize("change", [lambda size: size + 1, lambda size: 0])
def test_a_ready_of_the_wrong_size_is_refused(peer: Peer, change: Callable[[int], int]) -> None:
    size = change(protocol.READY_BODY.size)
    peer.answer(header(protocol.READY, size, 0) + bytes(size))
    with pytest.raises(ProtocolError):
        peer.link.hear(1.0)


def test_who_listens_asks_for_a_sign_of_life_and_counts_the_silence(peer: Peer) -> None:
    ping = header(protocol.PING, 0, 0)
    peer.link.listen(0.3)
    assert peer.socket.recv(100) == ping
    peer.link.listen(0.3)  # silent, but not for long
    peer.answer(header(protocol.PROGRESS, 0, 0) + header(protocol.PROGRESS, 8, 0) + b"stepping")
    peer.link.listen(0.3)
    assert peer.socket.recv(100) == ping  # it has lived; does it still?
    time.sleep(0.4)
    with pytest.raises(TimeoutError):
        peer.link.listen(0.3)


def test_who_was_stopped_himself_has_heard_no_silence(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    peer.link.listen(4.0)
    later = time.monotonic() + 100.0
    monkeypatch.setattr(time, "monotonic", lambda: later)
    peer.link.listen(4.0)


def test_signs_of_life_leave_the_last_state_alone(peer: Peer) -> None:
    size = protocol.StateLayout.of(ARENAS).size
    peer.answer(header(protocol.STATE, size) + bytes([1] * size))
    state = peer.link.exchange(pack(), 1, 5.0)
    before = state.waffle_pose.copy()
    peer.answer(header(protocol.PROGRESS, 8, 0) + b"stepping")
    peer.link.listen(5.0)
    assert (state.waffle_pose == before).all()


def test_an_answer_that_nobody_asked_for(peer: Peer) -> None:
    peer.answer(header(protocol.ERROR, 0, 0))
    with pytest.raises(ProtocolError):
        peer.link.listen(5.0)


def test_a_lease_brings_its_terms_and_a_socket(peer: Peer) -> None:
    with peer.link.lend(protocol.Lease(7, 4, -5, 2)) as near:
        data, (descriptor,), _, _ = socket.recv_fds(peer.socket, 1000, 1)
        assert data[16:] == struct.pack("<QQqQ", 7, 4, -5, 2)
        with socket.socket(fileno=descriptor) as far:
            far.send(b"hello")
            assert near.recv(100) == b"hello"


def test_what_is_taken_back_has_state_and_commands(peer: Peer) -> None:
    floats = np.arange(ARENAS * 26, dtype="<f8")
    commands = np.arange(100.0, 100.0 + 4 * ARENAS)
    body = (5).to_bytes(8, "little") + floats.tobytes() + bytes([5, 2]) + commands.tobytes()
    peer.answer(header(protocol.RECALLED, len(body)) + body)
    state, held = peer.link.take_back(5.0)
    assert state.time_ns == 5
    assert state.contacts.tolist() == [5, 2]
    assert held.tolist() == commands.reshape(2, ARENAS, 2).tolist()
