"""The client's end of the socket to the simulator program, and the memory shared with it."""

from __future__ import annotations

import select
import socket
import time

import numpy as np
from numpy.typing import NDArray

from object_tracker_sim.simulator import protocol
from object_tracker_sim.simulator.frame_memory import FrameMemory
from object_tracker_sim.simulator.record import Done, Record
from object_tracker_sim.simulator.types import RequestError, SimulatorState


class LinkClosedError(Exception):
    """The other end has closed its socket."""


class ProtocolError(Exception):
    """The other end does not keep to the protocol."""


class StartRefusedError(Exception):
    """The program says why it cannot start, and that trying again is of no use."""


class StuckError(Exception):
    """The program says what its start got stuck at; another start may do better."""


LONGEST_LOOK = 0.5
"""[s] What counts at most as silence between two looks: who was stopped himself has not listened either."""


class Link:
    """A connected pair of sockets, images in shared memory, preallocated buffers: a step copies nothing."""

    def __init__(self, arenas: int, height: int, width: int) -> None:
        self._arenas = arenas
        self._socket, self._far_socket = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        memory = FrameMemory(arenas, height, width)
        self._record = Record()
        self._layout = protocol.StateLayout.of(arenas)
        longest = max(self._layout.size + self._commands_size, protocol.MAX_ERROR_BYTES)
        self._buffer = bytearray(protocol.HEADER.size + longest)
        self._view = memoryview(self._buffer)
        self._state_buffer = bytearray(self._layout.size)  # apart: signs of life must not overwrite a state
        self._sequence = 0
        self._timeout = -1.0
        self._rest = (0, 0)  # where, in the buffer, bytes begin and end that belong to the next message
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._pinged = False
        self._looked = 0.0
        self._silent = 0.0  # [s]
        self._state = SimulatorState(
            time_ns=0,
            frames=memory.frames,
            waffle_pose=self._floats(self._layout.waffle_pose, 7),
            waffle_twist=self._floats(self._layout.waffle_twist, 6),
            burger_pose=self._floats(self._layout.burger_pose, 7),
            burger_twist=self._floats(self._layout.burger_twist, 6),
            contacts=np.frombuffer(self._state_buffer, np.uint8, arenas, self._layout.contacts),
            memory=memory,
        )

    @property
    def _commands_size(self) -> int:
        return 2 * 2 * self._arenas * 8

    def _floats(self, offset: int, columns: int) -> NDArray[np.float64]:
        values = np.frombuffer(self._state_buffer, "<f8", self._arenas * columns, offset)
        return values.reshape(self._arenas, columns)

    @property
    def far_descriptors(self) -> tuple[int, int, int]:
        """The program's socket, the record's and the images' memory, to be inherited by it."""
        memory = self._state.memory
        assert memory is not None
        return self._far_socket.fileno(), self._record.descriptor, memory.descriptor

    def started(self) -> None:
        """Drop what the program has inherited by now, so that its end shows as the end of the stream."""
        self._far_socket.close()

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
        return self._take(self._view[protocol.HEADER.size : protocol.HEADER.size + self._layout.size])

    def lend(self, lease: protocol.Lease) -> socket.socket:
        """Let whoever has the returned socket step the program by himself, until `take_back`.

        Raises TimeoutError or LinkClosedError.
        """
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with far:
                message = protocol.pack_lease(self.next_sequence(), lease)
                socket.send_fds(self._socket, [message], [far.fileno()])
        except OSError as error:
            near.close()
            raise LinkClosedError from error
        return near

    def take_back(self, timeout: float) -> tuple[SimulatorState, NDArray[np.float64]]:
        """End what `lend` began, after the step under way; return the state then and the commands held.

        Shape of the commands: (2, arenas, 2), Waffles and Burgers, linear [m/s] and angular [rad/s].

        Raises TimeoutError, LinkClosedError or ProtocolError.
        """
        sequence = self.next_sequence()
        request = protocol.pack_empty(protocol.RECALL, sequence)
        size = self._layout.size + self._commands_size
        self._ask(request, sequence, timeout, protocol.RECALLED, size)
        begin = protocol.HEADER.size
        commands = np.frombuffer(self._buffer, "<f8", 4 * self._arenas, begin + self._layout.size).copy()
        state = self._take(self._view[begin : begin + self._layout.size])
        return state, commands.reshape(2, self._arenas, 2)

    def last_lent_step(self) -> Done | None:
        """Return the last step made by somebody else; also when the program has ended."""
        return self._record.read()

    def state_of(self, done: Done) -> SimulatorState:
        """Return what `last_lent_step` led to, in the arrays that every state is in."""
        return self._take(memoryview(done.state))

    def listen(self, timeout: float) -> None:
        """Hear what the program says by itself, and ask it for a sign of life. Does not wait.

        Raises:
            TimeoutError: it has not answered for `timeout` [s], as far as we have listened.
            LinkClosedError, ProtocolError
        """
        now = time.monotonic()
        self._silent += min(now - self._looked, LONGEST_LOOK)
        self._looked = now
        while self._poll.poll(0):
            if self._receive()[0] != protocol.PROGRESS:
                raise ProtocolError("an answer that nobody asked for")
        if not self._pinged:
            self._pinged, self._silent = True, 0.0
            try:
                self._socket.sendall(protocol.pack_empty(protocol.PING, 0))
            except OSError as error:
                raise LinkClosedError from error
        elif self._silent > timeout:
            raise TimeoutError

    def _take(self, body: memoryview) -> SimulatorState:
        self._state_buffer[:] = body
        self._state.time_ns = int.from_bytes(self._state_buffer[:8], "little", signed=True)
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
        self._silent, self._pinged = 0.0, False  # it lives; whether it still does can be asked anew
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
