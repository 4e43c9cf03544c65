"""The client's end of a simulation's local socket: the same steps as the service's, without DDS between.

See DescribeSimulation.srv for the protocol. It is there to be fast and may be missing at any time: the
service takes the same request, and a step that was carried out but not answered is not carried out again.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import stat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message

from object_tracker_msgs.srv import Step

MAX_REQUEST_BYTES = 16 * 1024  # 16 arenas' resets and commands are 2 kB
MAX_REPLY_BYTES = 64 * 1024  # without frames; the reasons of 16 interrupted arenas are the most of it


class LineBroken(Exception):  # noqa: N818 - a state
    """The socket cannot be used any more; the service may still be there."""


class LocalLine:
    """A connection to the socket at `path`. Raises LineBroken if there is none that is ours to use."""

    def __init__(self, path: str) -> None:
        self._memory: NDArray[np.uint8] | None = None
        self._timeout = -1.0
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

    def call(self, request: Any, timeout: float) -> tuple[Any, NDArray[np.uint8]]:
        """Return the reply to a Step request, and its frames: flat memory that the next step overwrites.

        Raises:
            LineBroken: the other end has gone, or sent what is no reply.
            TimeoutError: no reply within `timeout` [s]; the line cannot be used any more.
        """
        try:
            if timeout != self._timeout:  # the same one again would be a system call as well
                self._socket.settimeout(timeout)
                self._timeout = timeout
            self._socket.send(serialize_message(request))
            data, descriptors, _, _ = socket.recv_fds(self._socket, MAX_REPLY_BYTES, 1)
        except TimeoutError:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise LineBroken(str(error)) from error
        try:
            for descriptor in descriptors:
                self._memory = _map(descriptor)
            if not data:
                raise LineBroken("the simulation has closed its socket")
            reply = deserialize_message(data, Step.Response)
        except LineBroken:
            self.close()
            raise
        except Exception as error:  # whatever CDR's reader raises
            self.close()
            raise LineBroken(f"no Step reply came: {error}") from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return reply, self._frames(reply)

    def close(self) -> None:
        """Hang up: the simulation is free for others. Frames handed out stay valid. Safe to call twice."""
        self._socket.close()

    def _frames(self, reply: Any) -> NDArray[np.uint8]:
        if not reply.success:
            return np.empty(0, np.uint8)
        if self._memory is None:
            self.close()
            raise LineBroken("the simulation sent no memory with its frames")
        return self._memory


def _map(descriptor: int) -> NDArray[np.uint8]:
    """Map a memory file that nobody can shrink under us."""
    if not fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK:
        raise LineBroken("the simulation's memory is not sealed")
    return np.frombuffer(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ), np.uint8)
