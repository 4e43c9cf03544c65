"""The same steps as the service ~/step, for clients of this machine: no DDS between, no frame copied.

A packet is a Step request or reply in CDR, as ROS itself would send it, but that the reply's `frames` is
empty: the client has them in memory shared with the simulator. With the reply comes, if nothing is out of the
ordinary, a socket to the simulator program: the client makes its next steps there, and comes back with what
the program does not do (object_tracker_agent.ros.direct_line). docs/benchmarks.md tells what that saves.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rclpy.serialization import deserialize_message, serialize_message

from object_tracker_agent.private_folder import PrivateFolder
from object_tracker_agent.ros.local_line import MAX_REQUEST_BYTES
from object_tracker_msgs.srv import Step
from object_tracker_sim.simulator import FrameMemory

MOST_CLIENTS = 16
_CREDENTIALS = struct.Struct("iII")  # pid, uid, gid of unix(7)'s SO_PEERCRED


class Answering(Protocol):
    """Who carries the steps out (`Lockstep`)."""

    @property
    def frame_memory(self) -> FrameMemory | None: ...

    def answer(self, request: Any, response: Any, *, frames: bool) -> Any: ...

    def lend(self, session: int) -> socket.socket | None: ...

    def release(self, session: int) -> None: ...


@dataclass
class _Client:
    connection: socket.socket
    session: int = 0
    memory: FrameMemory | None = None  # what it has been given


class LocalSocket:
    """Takes steps over a Unix socket in a private folder, from processes of this user.

    Args:
        answering: Carries them out. A client's end sets its session's simulation free at once.
        before: Called before each of them: what was commanded by topic comes first.
    """

    def __init__(self, answering: Answering, before: Callable[[], None]) -> None:
        self._answering = answering
        self._before = before
        self._folder = PrivateFolder()
        self.path = str(self._folder.path / "step")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(self.path)
        self._listener.listen(MOST_CLIENTS)
        self._listener.setblocking(False)
        self._clients: dict[int, _Client] = {}
        self._spare = Step.Response()  # making one takes as long as the way through the socket
        self._poll = select.poll()
        self._poll.register(self._listener, select.POLLIN)

    @property
    def connected(self) -> bool:
        """Whether there is a client."""
        return bool(self._clients)

    def serve(self, timeout: float) -> None:
        """Wait up to `timeout` [s] for a client or a request, and see to all that there is."""
        for descriptor, _ in self._poll.poll(1000.0 * timeout):
            if descriptor == self._listener.fileno():
                self._accept()
            else:
                self._take(self._clients[descriptor])

    def close(self) -> None:
        """Let all clients go and remove the socket. Safe to call twice."""
        for client in list(self._clients.values()):
            self._drop(client)
        self._listener.close()
        self._folder.remove()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # it has gone again
            return
        connection.setblocking(False)
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, user, _ = _CREDENTIALS.unpack(credentials)
        if user not in (os.getuid(), 0) or len(self._clients) >= MOST_CLIENTS:
            connection.close()
            return
        self._clients[connection.fileno()] = _Client(connection)
        self._poll.register(connection, select.POLLIN)

    def _take(self, client: _Client) -> None:
        try:
            data = client.connection.recv(MAX_REQUEST_BYTES + 1)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data or len(data) > MAX_REQUEST_BYTES:
            self._drop(client)
            return
        try:
            request = deserialize_message(data, Step.Request)
        except Exception:  # whatever CDR's reader raises: such a client is none of ours
            self._drop(client)
            return
        client.session = request.session
        self._before()
        reply = self._answering.answer(request, self._spare, frames=False)
        self._send(client, reply, None if request.leave else request.session)
        if reply is self._spare:
            self._spare = Step.Response()

    def _send(self, client: _Client, reply: Any, session: int | None) -> None:
        """Send `reply`, and with it what the client has not: the frames' memory, the simulator's socket."""
        memory = self._answering.frame_memory if reply.success else None
        given = [] if memory is None or memory is client.memory else [memory.reader]
        lent = self._answering.lend(session) if session and reply.success else None
        data = serialize_message(reply)
        try:
            if lent is not None:
                given.append(lent.fileno())
            if given:
                socket.send_fds(client.connection, [data], given)
            else:
                client.connection.send(data)
        except OSError:  # it has gone, or does not read its replies
            self._drop(client)
            return
        finally:
            if lent is not None:
                lent.close()  # the client has its own
        if memory is not None:
            client.memory = memory

    def _drop(self, client: _Client) -> None:
        self._clients.pop(client.connection.fileno(), None)
        with contextlib.suppress(KeyError):
            self._poll.unregister(client.connection)
        client.connection.close()
        if client.session:
            self._answering.release(client.session)
