"""Waiting for a training to be there, and saying what it is that is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import redis

from object_tracker_agent.errors import UserError
from object_tracker_agent.rendezvous import notice as notices
from object_tracker_agent.security import Secret, certificate_authority
from object_tracker_agent.storage import S3Prefix, StorageError
from object_tracker_agent.training import names
from object_tracker_agent.training.link import Waiting
from object_tracker_agent.training.messages import (
    MAX_RUN_BYTES,
    MessageError,
    RunMessage,
    State,
    read_bounded,
)
from object_tracker_agent.training.redis_access import BY_SECRET, RedisAccess

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0  # [s]
REMIND = 30.0  # [s] between two lines that say what is being waited for


class Search:
    """Looks for a training, in a Redis or through a notice under an S3 prefix, until it can be joined."""

    def __init__(
        self,
        stop: Waiting,
        secret: Secret | None,
        ca: str = BY_SECRET,
        insecure: bool = False,
        *,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
    ) -> None:
        self._stop = stop
        self._secret = secret
        self._ca = ca
        self._insecure = insecure
        self._say = say

    def wait(
        self, place: RedisAccess | S3Prefix, end: float, seconds: float
    ) -> tuple[RedisAccess, RunMessage] | None:
        """Return how the training is reached and what it is, None when a stop is asked for.

        Raises UserError after `end` [s, monotonic]: says what was waited for, `seconds` long. At once if the
        given Redis proves to be another's or refuses the password.
        """
        delay, last, said = FIRST_DELAY, "", -REMIND
        where = place.url if isinstance(place, RedisAccess) else f"{place}/ip/"
        while not self._stop:
            found = self._look(place)
            if not isinstance(found, str):
                return found
            now = time.monotonic()
            if found != last or now - said > REMIND:
                self._say(f"waiting for the training at {where}: {found}")
                last, said = found, now
            if now > end:
                raise UserError(
                    f"waited {seconds:.0f} s for a training at {where}, but {found}; start it first,"
                    " or give a longer timeout"
                )
            self._stop.wait(min(delay, max(0.0, end - now) + 0.01))
            delay = min(2 * delay, LONGEST_DELAY)
        return None

    def _look(self, place: RedisAccess | S3Prefix) -> tuple[RedisAccess, RunMessage] | str:
        if isinstance(place, RedisAccess):
            return self._ask(place, certain=True)
        try:
            notice = notices.look(place)
        except StorageError as error:
            if not error.transient:
                raise
            return str(error)
        if isinstance(notice, str):
            return notice
        if not notice.tls and not self._insecure:
            return f"the trainer at {notice.url} has no TLS (insecure:=true would allow that)"
        if self._is_anothers(notice.ca_fingerprint):
            return f"the trainer at {notice.url} was started with another secret ({notice.time})"
        try:
            access = RedisAccess(notice.url, self._secret, self._ca, self._insecure)
        except UserError as error:
            return str(error)
        found = self._ask(access, certain=False)
        if not isinstance(found, str) and found[1].run_id != notice.run_id:
            return f"{notice.url} serves another training than {notices.ADDRESS} says"
        return found

    def _is_anothers(self, fingerprint: str) -> bool:
        if not fingerprint or self._ca != BY_SECRET or self._secret is None:
            return False
        return fingerprint != certificate_authority(self._secret).fingerprint

    def _ask(self, access: RedisAccess, *, certain: bool) -> tuple[RedisAccess, RunMessage] | str:
        """Ask a Redis for its training. If it is `certain` to be the right one, a refusal is final."""
        client: Any = access.client()
        try:
            data, state = read_bounded(client, names.RUN, MAX_RUN_BYTES), client.hgetall(names.STATE)
            if data is None or not state:
                return f"no trainer has come to redis at {access.url} yet"
            if (status := State.from_hash(state).status) != "running":
                return f"the training in redis at {access.url} is {status}"
            return access, RunMessage.from_bytes(data)
        except (MessageError, redis.AuthenticationError) as error:
            message = (
                str(error)
                if isinstance(error, MessageError)
                else f"redis at {access.url} refused the password ({error}); it needs the secret"
                " that the training was started with"
            )
        except redis.RedisError as error:
            if "CERTIFICATE_VERIFY_FAILED" not in str(error):
                return f"redis at {access.url} does not answer ({' '.join(str(error).split())})"
            message = (
                f"the server at {access.url} cannot prove that it is this training's: its certificate"
                " does not follow from the secret given here"
            )
        finally:
            client.close()
        if certain:
            raise UserError(message)
        return message
