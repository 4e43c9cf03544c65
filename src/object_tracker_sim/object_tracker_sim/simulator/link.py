"""The client's end of the socket to the simulator program, and the memory shared with it."""

from __future__ import annotations

import socket

import numpy as np
from numpy.typing import NDArray

from object_tracker_sim.simulator import protocol
from object_tracker_sim.simulator.frame_memory import FrameMemory
from object_tracker_sim.simulator.types import RequestError, SimulatorState


class LinkClosedError(Exception):
    """The other end has closed its socket."""


class ProtocolError(Exception):
    """The other end does not keep to the protocol."""


class StartRefusedError(Exception):
    """The program says why it cannot start, and that trying again is of no use."""


class StuckError(Exception):
    """The program says what its start got stuck at; another start may do better."""


class Link:
    """A connected pair of sockets, images in shared memory, preallocated buffers: a step copies nothing."""

    def __init__(self, arenas: int, height: int, width: int) -> None:
        self._arenas = arenas
        self._socket, self._far_socket = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        memory = FrameMemory(arenas, height, width)
        self._layout = protocol.StateLayout.of(arenas)
        self._buffer = bytearray(protocol.HEADER.size + max(self._layout.size, protocol.MAX_ERROR_BYTES))
        self._view = memoryview(self._buffer)
        self._sequence = 0
        self._timeout = -1.0
        self._rest = (0, 0)  # where, in the buffer, bytes begin and end that belong to the next message
        self._state = SimulatorState(
            time_ns=0,
            frames=memory.frames,
            waffle_pose=self._floats(self._layout.waffle_pose, 7),
            waffle_twist=self._floats(self._layout.waffle_twist, 6),
            burger_pose=self._floats(self._layout.burger_pose, 7),
            burger_twist=self._floats(self._layout.burger_twist, 6),
            contacts=np.frombuffer(
                self._buffer, np.uint8, arenas, protocol.HEADER.size + self._layout.contacts
            ),
            memory=memory,
        )

    def _floats(self, offset: int, columns: int) -> NDArray[np.float64]:
        count = self._arenas * columns
        values = np.frombuffer(self._buffer, "<f8", count, protocol.HEADER.size + offset)
        return values.reshape(self._arenas, columns)

    @property
    def far_descriptors(self) -> tuple[int, int, int]:
        """The program's socket, its end of that to clients and the images' memory, to be inherited by it."""
        memory = self._state.memory
        assert memory is not None
        return self._far_socket.fileno(), memory.far_steps.fileno(), memory.descriptor

    def started(self) -> None:
        """Drop what the program has inherited by now, so that its end shows as the end of the stream."""
        self._far_socket.close()
        assert self._state.memory is not None
        self._state.memory.far_steps.close()

    def hear(self, timeout: float) -> protocol.Ready | str:
        """Return what the program says of itself once it is up, or, before that, what it is doing.

        Args:
            timeout: [s] without a word after which TimeoutError is raised; may be called again.

        Raises:
            StartRefusedError, StuckError: the program cannot start, or has not got on.
            TimeoutError, LinkClosedError, ProtocolError
        """
        self._set_timeout(timeout)
        kind, size, _ = self._receive()
        if kind == protocol.PROGRESS:
            return self._text(size)
        if kind == protocol.ERROR:
            raise StartRefusedError(self._text(size))
        if kind == protocol.STUCK:
            raise StuckError(self._text(size))
        if kind != protocol.READY or size != protocol.READY_BODY.size:
            raise ProtocolError(f"message of kind {kind} and {size} bytes instead of READY")
        return protocol.Ready(*protocol.READY_BODY.unpack_from(self._buffer, protocol.HEADER.size))

    def exchange(self, request: bytes, sequence: int, timeout: float) -> SimulatorState:
        """Send a STEP message and return the state that answers it.

        Raises:
            RequestError: the program refuses; nothing was done.
            TimeoutError, LinkClosedError, ProtocolError
        """
        self._ask(request, sequence, timeout, protocol.STATE, self._layout.size)
        self._state.time_ns = int.from_bytes(self._view[16:24], "little", signed=True)
        return self._state

    def measure(self, request: bytes, sequence: int, timeout: float) -> protocol.Measured:
        """Send a BENCHMARK message and return what answers it. Raises what `exchange` raises."""
        self._ask(request, sequence, timeout, protocol.MEASURED, protocol.MEASURED_BODY.size)
        return protocol.Measured(*protocol.MEASURED_BODY.unpack_from(self._buffer, protocol.HEADER.size))

    def _ask(self, request: bytes, sequence: int, timeout: float, expected: int, expected_size: int) -> None:
        """Send a message and read the answer, of kind `expected`, into the buffer."""
        self._set_timeout(timeout)
        try:
            self._socket.sendall(request)
        except ConnectionError as error:
            raise LinkClosedError from error
        kind, size, answered = self._receive()
        while kind == protocol.PROGRESS:  # it takes long, and gets on
            kind, size, answered = self._receive()
        if answered != sequence:
            raise ProtocolError(f"answer to request {answered} instead of {sequence}")
        if kind == protocol.ERROR:
            raise RequestError(self._text(size))
        if kind != expected or size != expected_size:
            raise ProtocolError(f"message of kind {kind} and {size} bytes instead of kind {expected}")

    def _set_timeout(self, timeout: float) -> None:
        if timeout != self._timeout:  # the same one again would be a system call as well
            self._socket.settimeout(timeout)
            self._timeout = timeout

    def next_sequence(self) -> int:
        """Return a number for the next request."""
        self._sequence = (self._sequence + 1) % 2**32
        return self._sequence

    def _receive(self) -> tuple[int, int, int]:
        """Read one message into the buffer; return its kind, size and sequence number.

        What came with the last one is kept: signs of life may arrive together with what follows them.
        """
        got = self._keep_rest()
        got = self._fill(got, protocol.HEADER.size)
        magic, kind, size, sequence = protocol.HEADER.unpack_from(self._buffer)
        end = protocol.HEADER.size + size
        if magic != protocol.MAGIC or end > len(self._buffer):
            raise ProtocolError(f"a message that begins with {bytes(self._view[:16]).hex()}")
        if got < end:
            got = self._fill(got, end)
        self._rest = (end, got)
        if got != end and kind != protocol.PROGRESS:
            raise ProtocolError("bytes after the end of a message")
        return kind, size, sequence

    def _keep_rest(self) -> int:
        """Move what was read beyond the last message to the front of the buffer; return how much that is."""
        end, got = self._rest
        self._rest = (0, 0)
        self._buffer[: got - end] = self._buffer[end:got]
        return got - end

    def _fill(self, got: int, needed: int) -> int:
        while got < needed:
            try:
                count = self._socket.recv_into(self._view[got:])
            except ConnectionError as error:
                raise LinkClosedError from error
            if count == 0:
                raise LinkClosedError
            got += count
        return got

    def _text(self, size: int) -> str:
        start = protocol.HEADER.size
        return " ".join(bytes(self._view[start : start + size]).decode("utf-8", "replace").split())

    def close(self) -> None:
        """Close the socket: the program ends. Arrays handed out stay valid. Safe to call twice."""
        self._socket.close()
        self._far_socket.close()
