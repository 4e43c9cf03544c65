"""The client's end of a simulation's local socket: the same steps as the service's, without DDS between.

It is there to be fast and may be missing at any time: the service takes the same request, and a step that was
carried out but not answered is not carried out again.

A packet to the node is a Step request in CDR, as ROS itself would send it, and its answer a Step reply in
CDR without frames. With that come up to two descriptors: a memory file with the frames (with the first reply,
and the first after the simulator was restarted), and a socket to the simulator program, over which the next
steps can be made without the node (direct_line.py).
"""

from __future__ import annotations

import fcntl
import mmap
import os
import select
import socket
import stat
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message

from object_tracker_agent.ros.direct_line import DirectLine, DirectState, DirectStep, LineBroken
from object_tracker_msgs.srv import Step

MAX_REQUEST_BYTES = 32 * 1024  # 16 arenas' resets and commands are 6 kB
MAX_REPLY_BYTES = 64 * 1024  # without frames; the reasons of 16 interrupted arenas are the most of it


class LocalLine:
    """A connection to the socket at `path`. Raises LineBroken if there is none that is ours to use."""

    def __init__(self, path: str) -> None:
        self._memory: NDArray[np.uint8] | None = None
        self._direct: DirectLine | None = None
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

    def step_directly(
        self, wanted: DirectStep, timeout: float, on_state: Callable[[DirectState], None] | None = None
    ) -> tuple[DirectState, NDArray[np.uint8]] | None:
        """Have the simulator program itself make a step; None: ask for it with `call`.

        For arguments and the time-out see `DirectLine.step`; for the frames see `call`, and those of half the
        size come after them.
        """
        if self._direct is None:
            return None
        try:
            state = self._direct.step(wanted, timeout, on_state)
        except LineBroken:
            self._hang_up_directly()
            return None
        except TimeoutError:
            self.close()
            raise
        return None if state is None else (state, self._frames())

    def call(self, request: Any, timeout: float) -> tuple[Any, NDArray[np.uint8]]:
        """Return the reply to a Step request, and memory that begins with its frames: flat, and overwritten
        by the next step.

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
        self._hang_up_directly()

    def _hang_up_directly(self) -> None:
        if self._direct is not None:
            self._direct.close()
            self._direct = None

    def _call(self, request: Any, timeout: float) -> tuple[Any, NDArray[np.uint8]]:
        if timeout != self._timeout:  # the same one again would be a system call as well
            self._socket.settimeout(timeout)
            self._timeout = timeout
        self._socket.send(serialize_message(request))
        deadline = time.monotonic() + timeout
        while True:
            if not self._poll.poll(max(0.0, 1000.0 * (deadline - time.monotonic()))):
                raise TimeoutError
            reply = self._read_reply()
            if reply.step == request.step:
                return reply, self._frames() if reply.success else np.empty(0, np.uint8)

    def _read_reply(self) -> Any:
        data, descriptors, _, _ = socket.recv_fds(self._socket, MAX_REPLY_BYTES, 2)
        try:
            if not data:
                raise LineBroken("the simulation has closed its socket")
            for descriptor in descriptors:
                self._take(descriptor)
            try:
                return deserialize_message(data, Step.Response)
            except Exception as error:  # whatever CDR's reader raises
                raise LineBroken(f"no Step reply came: {error}") from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        """Use what has been given: a memory file with the frames, or a socket for further steps."""
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            if self._memory is None:
                raise LineBroken("the simulation lent a line before the memory with its frames")
            self._hang_up_directly()
            self._direct = DirectLine(os.dup(descriptor))
            return
        if not fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK:
            raise LineBroken("the simulation's memory is not sealed")  # it could be taken away under us
        self._memory = np.frombuffer(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ), np.uint8)

    def _frames(self) -> NDArray[np.uint8]:
        if self._memory is None:
            raise LineBroken("the simulation sent no memory with its frames")
        return self._memory
