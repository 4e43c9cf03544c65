"""The client's end of a simulation's local socket: the same steps as the service's, without DDS between.

It is there to be fast and may be missing at any time: the service takes the same request, and a step that was
carried out but not answered is not carried out again.

A packet to the node is a Step request in CDR, as ROS itself would send it. Its answer is one of two:

* from the node, a Step reply in CDR without frames. The first one, and the first after the simulator was
  restarted, brings two descriptors: a memory file with the frames, and a socket from which to read of further
  steps.
* from the simulator program, over that socket, when nothing is out of the ordinary: numbers in the machine's
  byte order, see `STATE_HEAD` and `DirectState`.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import select
import socket
import stat
import struct
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message

from object_tracker_msgs.srv import Step

MAX_REQUEST_BYTES = 32 * 1024  # 16 arenas' resets and commands are 5 kB
MAX_REPLY_BYTES = 64 * 1024  # without frames; the reasons of 16 interrupted arenas are the most of it
STATE_HEAD = struct.Struct("<QQqQq")  # session, step, time offset [ns], restarts, time [ns]


class LineBroken(Exception):  # noqa: N818 - a state
    """The socket cannot be used any more; the service may still be there."""


@dataclass(frozen=True)
class DirectState:
    """What the simulator program tells of a step."""

    stamp_ns: int
    restarts: int
    numbers: bytes
    """float64: waffle_pose (arenas x 7), waffle_twist (arenas x 6), burger_pose, burger_twist; then a byte of
    contacts per arena."""


class LocalLine:
    """A connection to the socket at `path`. Raises LineBroken if there is none that is ours to use."""

    def __init__(self, path: str) -> None:
        self._memory: NDArray[np.uint8] | None = None
        self._steps: socket.socket | None = None
        self._timeout = -1.0
        self._poll = select.poll()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            status = os.lstat(path)
            if not stat.S_ISSOCK(status.st_mode) or status.st_uid not in (os.getuid(), 0):
                raise LineBroken(f"{path} is no socket of this user")
            self._socket.settimeout(1.0)
            self._socket.connect(path)
        except OSError as error:
            self.close()
            raise LineBroken(str(error)) from error
        except LineBroken:
            self.close()
            raise
        self._poll.register(self._socket, select.POLLIN)

    def call(self, request: Any, timeout: float) -> tuple[Any | DirectState, NDArray[np.uint8]]:
        """Return the answer to a Step request, and its frames: flat memory that the next step overwrites.

        Raises:
            LineBroken: the other end has gone, or sent what is no answer.
            TimeoutError: no answer within `timeout` [s]; the line cannot be used any more.
        """
        try:
            return self._call(request, timeout)
        except (LineBroken, TimeoutError):
            self.close()
            raise
        except OSError as error:
            self.close()
            raise LineBroken(str(error)) from error

    def close(self) -> None:
        """Hang up: the simulation is free for others. Frames handed out stay valid. Safe to call twice."""
        self._socket.close()
        if self._steps is not None:
            self._steps.close()

    def _call(self, request: Any, timeout: float) -> tuple[Any | DirectState, NDArray[np.uint8]]:
        if timeout != self._timeout:  # the same one again would be a system call as well
            self._socket.settimeout(timeout)
            self._timeout = timeout
        self._socket.send(serialize_message(request))
        deadline = time.monotonic() + timeout
        while True:
            ready = self._poll.poll(max(0.0, 1000.0 * (deadline - time.monotonic())))
            if not ready:
                raise TimeoutError
            # The simulator's word counts if there is one: it is the node's, too.
            if self._steps is not None and any(found == self._steps.fileno() for found, _ in ready):
                state = self._read_state(request)
                if state is not None:
                    return state, self._frames()
            if any(found == self._socket.fileno() for found, _ in ready):
                reply = self._read_reply()
                if reply.step == request.step:
                    return reply, self._frames() if reply.success else np.empty(0, np.uint8)

    def _read_state(self, request: Any) -> DirectState | None:
        """Return what is told of `request`; None if it is of another, an earlier client's perhaps."""
        assert self._steps is not None
        data = self._steps.recv(MAX_REPLY_BYTES)
        if not data:  # the simulator has ended; the node will say more
            self._poll.unregister(self._steps)
            self._steps.close()
            self._steps = None
            return None
        if len(data) < STATE_HEAD.size:
            raise LineBroken("the simulator told of a step in too few bytes")
        session, step, offset, restarts, time_ns = STATE_HEAD.unpack_from(data)
        if (session, step) != (request.session, request.step):
            return None
        return DirectState(time_ns + offset, restarts, data[STATE_HEAD.size :])

    def _read_reply(self) -> Any:
        data, descriptors, _, _ = socket.recv_fds(self._socket, MAX_REPLY_BYTES, 2)
        try:
            if not data:
                raise LineBroken("the simulation has closed its socket")
            if len(descriptors) == 2:
                self._take_over(*descriptors)
            try:
                return deserialize_message(data, Step.Response)
            except Exception as error:  # whatever CDR's reader raises
                raise LineBroken(f"no Step reply came: {error}") from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _take_over(self, memory: int, steps: int) -> None:
        """Share from now on what is in the file `memory` and comes over the socket `steps`."""
        if not fcntl.fcntl(memory, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK:
            raise LineBroken("the simulation's memory is not sealed")  # it could be taken away under us
        self._memory = np.frombuffer(mmap.mmap(memory, 0, prot=mmap.PROT_READ), np.uint8)
        if self._steps is not None:
            self._poll.unregister(self._steps)
            self._steps.close()
        self._steps = socket.socket(fileno=os.dup(steps))
        self._steps.setblocking(True)
        self._poll.register(self._steps, select.POLLIN)

    def _frames(self) -> NDArray[np.uint8]:
        if self._memory is None:
            raise LineBroken("the simulation sent no memory with its frames")
        return self._memory
