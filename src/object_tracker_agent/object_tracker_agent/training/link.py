"""A connection to Redis that outlives Redis' absences."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import redis

from object_tracker_agent.errors import UserError
from object_tracker_agent.training.redis_access import RedisAccess

T = TypeVar("T")
FIRST_DELAY = 0.05  # [s]
LONGEST_DELAY = 2.0  # [s]
PATIENCE = 60.0  # [s] how long Redis may be away
PATIENCE_ELSEWHERE = 300.0  # [s] the same of one on another machine: networks are cut for minutes
REFUSED = 60.0  # [s] after which a server of another machine that refuses connections has ended


class Waiting(Protocol):
    """Something that can be asked to stop (object_tracker_agent.processes.Stop)."""

    def __bool__(self) -> bool: ...

    def wait(self, seconds: float) -> bool: ...


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """A stop was asked for while Redis was away."""


class ServerEnded(Stopped):
    """Redis has ended in order, and with it the training it served."""


class Link:
    """Commands to one Redis, tried again with growing delays while it does not answer.

    A command may therefore be carried out twice when its reply got lost; what must not happen twice is
    protected by sequence numbers. Not for use by several threads.

    With `ends_with_server`, a Unix socket that was there and is gone is no absence but the end:
    redis-server removes its socket when it is stopped, not when it is killed. Of another machine's
    server it is known that it has ended once its port has refused connections for long: a network that is
    cut does not refuse.
    """

    def __init__(
        self,
        where: str | RedisAccess,
        stop: Waiting,
        *,
        patience: float = PATIENCE,
        ends_with_server: bool = False,
    ) -> None:
        access = RedisAccess(where) if isinstance(where, str) else where
        self.url = access.url
        self._stop = stop
        self._patience = patience
        self.client = access.client()  # retrying is done here, because a stop must end the wait
        self._socket = access.socket_path if ends_with_server else None
        self._ends_refused = ends_with_server and self._socket is None
        self._was_there = False

    def call(self, command: Callable[[Any], T]) -> T:
        """Return ``command(client)``, trying again while Redis is away.

        Raises UserError in one line when it stays away or refuses, Stopped when a stop is asked for,
        ServerEnded when the server was stopped (see the class); a WatchError is the command's own to handle.
        """
        delay, away_since, refused_since = FIRST_DELAY, None, None
        while True:
            try:
                reply = command(self.client)
                self._was_there = True
                return reply
            except redis.AuthenticationError as error:
                raise UserError(
                    f"redis at {self.url} refused the password ({error}); give the secret that the training"
                    " was started with, secret_file:=FILE or OBJECT_TRACKER_SECRET"
                ) from error
            except (redis.ConnectionError, redis.TimeoutError) as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise UserError(
                        f"the server at {self.url} cannot prove that it is this training's: its"
                        " certificate does"
                        " not follow from the secret given here (or is not of redis_ca); nothing was"
                        " sent to it"
                    ) from error
                if self._was_there and self._socket is not None and not self._socket.exists():
                    raise ServerEnded from error
                away_since = away_since or time.monotonic()
                refused_since = (refused_since or time.monotonic()) if _is_refused(error) else None
                if self._ended(refused_since):
                    raise ServerEnded from error
                if time.monotonic() - away_since > self._patience:
                    raise UserError(
                        f"redis at {self.url} has not answered for {self._patience:.0f} s ({error}); "
                        "is the training still running?"
                    ) from error
                if self._stop.wait(delay):
                    raise Stopped from error
                delay = min(2 * delay, LONGEST_DELAY)
            except redis.WatchError:
                raise
            except redis.RedisError as error:
                raise UserError(f"redis at {self.url} refused a command: {error}") from error

    def close(self) -> None:
        self.client.close()

    def _ended(self, refused_since: float | None) -> bool:
        if not (self._ends_refused and self._was_there) or refused_since is None:
            return False
        return time.monotonic() - refused_since > REFUSED


def _is_refused(error: BaseException | None) -> bool:
    """Tell whether the machine is there, but nobody listens at the port."""
    while error is not None:
        if isinstance(error, ConnectionRefusedError):
            return True
        error = error.__cause__ or error.__context__
    return False
