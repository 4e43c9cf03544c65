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
PATIENCE = 180.0  # [s] how long Redis may be away; its launch starts it again within seconds
PATIENCE_ELSEWHERE = 300.0  # [s] the same of one on another machine: networks are cut for minutes
REFUSED = 150.0  # [s] after which a server of another machine that refuses connections has ended
FIRST_WORD = 3.0  # [s] after which it is said that Redis is away
REMIND = 30.0  # [s] between two lines that say that Redis is away
# What passes by itself; the last three are a Redis that changes its master, or has no memory left until the
# trainer has removed what it has used
AWAY = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.MasterDownError,
    redis.exceptions.OutOfMemoryError,
)


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
    protected by sequence numbers. That Redis is away is said with `say` when it lasts. Not for use by several
    threads.

    With `ends_with_server`, a Unix socket that was there and is gone is no absence but the end:
    redis-server removes its socket when it is stopped, not when it is killed. Of another machine's
    server it is known that it has ended once its port has refused connections for REFUSED: a network that is
    cut does not refuse, but a machine that starts again does for a while.
    """

    def __init__(
        self,
        where: str | RedisAccess,
        stop: Waiting,
        *,
        patience: float | None = None,
        ends_with_server: bool = False,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
    ) -> None:
        """`patience` [s] is how long Redis may be away; by default it depends on whose machine it is on."""
        access = RedisAccess(where) if isinstance(where, str) else where
        if patience is None:
            patience = PATIENCE if access.is_local else PATIENCE_ELSEWHERE
        self.say = say
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
        delay, away_since, refused_since, said_at = FIRST_DELAY, None, None, None
        while True:
            try:
                reply = command(self.client)
                self._was_there = True
                if said_at is not None:
                    self.say(f"redis at {self.url} is there again")
                return reply
            except redis.AuthenticationError as error:
                raise UserError(
                    f"redis at {self.url} refused the password ({error}); give the secret that the training"
                    " was started with, secret_file:=FILE or OBJECT_TRACKER_SECRET"
                ) from error
            except AWAY as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise UserError(
                        f"the server at {self.url} cannot prove that it is this training's: its"
                        " certificate does"
                        " not follow from the secret given here (or is not of redis_ca); nothing was"
                        " sent to it"
                    ) from error
                if self._was_there and self._socket is not None and not self._socket.exists():
                    raise ServerEnded from error
                now = time.monotonic()
                away_since = away_since or now
                refused_since = (refused_since or now) if _is_refused(error) else None
                if self._ended(refused_since):
                    raise ServerEnded from error
                left = self._patience - (now - away_since)
                if left < 0:
                    raise UserError(
                        f"redis at {self.url} has not answered for {self._patience:.0f} s ({error}); "
                        "is the training still running?"
                    ) from error
                if now - (said_at or away_since) > (REMIND if said_at else FIRST_WORD):
                    said_at = now
                    self.say(
                        f"warning: redis at {self.url} does not answer ({error}); trying on, at most"
                        f" {left:.0f} s more"
                    )
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
