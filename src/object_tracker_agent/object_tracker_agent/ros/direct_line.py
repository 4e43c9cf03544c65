"""A client's line to the simulator program itself, lent by the world node: steps with nobody between.

The packets are described in protocol.hh of object_tracker_sim (Direct, Told), in the machine's byte order.
What the program does not do (anything that is not quite right) is a matter for the world node: nothing of it
has happened. So is everything once the line has ended: the node knows whether the last step was made.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.ros.direct_reset import RESET

# step, duration [s], numbers of waffle and burger, channels of images of half the size, whether the state
# comes ahead of the images, number of resets, 0
REQUEST_HEAD = struct.Struct("<QdIIIIII")
REPLY_HEAD = struct.Struct("<QIIqQ")  # step, status, 0, time [ns], restarts
DONE, NOT_DONE, MOVED = 0, 1, 2
MAX_REPLY_BYTES = 4096
_TIMEVAL = struct.Struct("ll")

Array = NDArray[np.float64]


class LineBroken(Exception):  # noqa: N818 - a state
    """A line cannot be used any more; somebody else may still be there."""


@dataclass(frozen=True)
class DirectStep:
    """What a step asks for."""

    number: int
    """Of the session's steps."""
    duration: float
    """[s] of simulated time."""
    waffle: Array | None = None
    """Linear [m/s] and angular [rad/s] velocity per arena; None: the last ones. Shape: (arenas, 2)."""
    burger: Array | None = None
    """Likewise."""
    resets: bytes = b""
    """Starts of arenas, as `direct_reset.pack_resets` makes them."""
    half_channels: int = 0
    """3 or 1: images of half the size are made as well, RGB or luminance; 0: none."""


@dataclass(frozen=True)
class DirectState:
    """What the simulator program tells of a step."""

    stamp_ns: int
    restarts: int
    numbers: bytes
    """float64: waffle_pose (arenas x 7), waffle_twist (arenas x 6), burger_pose, burger_twist; then a byte of
    contacts per arena."""


class DirectLine:
    """The socket `descriptor`, which is this object's from now on."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(True)
        self._timeout = -1.0

    def step(
        self, wanted: DirectStep, timeout: float, on_state: Callable[[DirectState], None] | None = None
    ) -> DirectState | None:
        """Make a step; None if the program does not do it.

        Args:
            wanted: the step.
            timeout: [s] for each answer; with `on_state` there are two.
            on_state: called with what is returned as soon as it is known, while the images are being made.
                The step may yet fail. Must not raise.

        Raises:
            LineBroken: the line has ended; this step was not made, or nobody but the node can tell.
            TimeoutError: no answer within `timeout`.
        """
        try:
            self._send(_packet(wanted, ahead=on_state is not None), timeout)
            status, state = self._receive(wanted.number)
            if on_state is not None and status == MOVED:
                on_state(state)
                status, _ = self._receive(wanted.number)
        except BaseException:  # Ctrl-C as well: what is still to come would be taken for the next answer
            self.close()
            raise
        return state if status == DONE else None

    def close(self) -> None:
        """Give it back. Safe to call twice."""
        self._socket.close()

    def _send(self, packet: bytes, timeout: float) -> None:
        try:
            if timeout != self._timeout:  # the kernel's own time-out: one system call less for each step
                seconds = int(timeout)
                limit = _TIMEVAL.pack(seconds, max(1, int(1e6 * (timeout - seconds))))
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
                self._timeout = timeout
            self._socket.send(packet)
        except OSError as error:
            raise LineBroken(str(error)) from error

    def _receive(self, number: int) -> tuple[int, DirectState]:
        """Return status and state of the next packet about step `number`."""
        try:
            data = self._socket.recv(MAX_REPLY_BYTES)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                raise TimeoutError from None
            raise LineBroken(str(error)) from error
        if len(data) < REPLY_HEAD.size:  # its end, or nonsense
            raise LineBroken("the simulator has ended the line")
        told, status, _, stamp_ns, restarts = REPLY_HEAD.unpack_from(data)
        if told != number:
            raise LineBroken(f"the simulator told of step {told} instead of {number}")
        return status, DirectState(stamp_ns, restarts, data[REPLY_HEAD.size :])


def _packet(wanted: DirectStep, *, ahead: bool) -> bytes:
    waffle, burger = (
        b"" if command is None else np.ascontiguousarray(command, dtype=np.float64).tobytes()
        for command in (wanted.waffle, wanted.burger)
    )
    head = REQUEST_HEAD.pack(
        wanted.number,
        wanted.duration,
        len(waffle) // 8,
        len(burger) // 8,
        wanted.half_channels,
        ahead,
        len(wanted.resets) // RESET.size,
        0,
    )
    return head + wanted.resets + waffle + burger
