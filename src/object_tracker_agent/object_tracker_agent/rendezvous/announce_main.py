"""Program ``announce_training``: tells under an S3 prefix where a training is reached, as long as it runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import redis

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import Stop, die_with_parent, run_main
from object_tracker_agent.rendezvous.notice import Notice, publish, withdraw
from object_tracker_agent.security import certificate_authority
from object_tracker_agent.storage import S3Prefix, StorageError
from object_tracker_agent.training import names
from object_tracker_agent.training.link import Waiting
from object_tracker_agent.training.redis_access import BY_SECRET, PORT, RedisAccess, RedisOptions

FIRST_DELAY, LONGEST_DELAY = 0.5, 15.0  # [s]
LAST_WORDS = 3.0  # [s] for taking the notice back; the launcher waits 5 s


@dataclass(frozen=True, kw_only=True)
class AnnounceArguments(RedisOptions):
    """Write ip/ip.json and ip/done to S3 once the training's Redis is reachable; remove them at the end."""

    public_url: str = option("the Redis as workers of other machines reach it")
    s3_uri: str = option("s3://bucket/prefix")
    run_id: str = option("of the training")


def announce(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(AnnounceArguments, "announce_training", arguments)
    stop = Stop().install()
    access = options.access()
    where = urlsplit(options.public_url)
    fingerprint = ""
    if access.tls and access.ca == BY_SECRET and access.secret is not None:
        fingerprint = certificate_authority(access.secret).fingerprint
    notice = Notice.of(
        where.hostname or "", where.port or PORT,
        tls=where.scheme == "rediss", ca_fingerprint=fingerprint, run_id=options.run_id,
    )  # fmt: skip
    place = S3Prefix(options.s3_uri)
    if tell(place, notice, lambda: is_reachable(access), stop):
        while not stop.wait(3600):
            pass
    take_back(place, notice)
    return 0


def tell(place: S3Prefix, notice: Notice, reachable: Callable[[], bool], stop: Waiting) -> bool:
    """Publish the notice once the training is `reachable`, however often S3 refuses; False if stopped before.

    Raises UserError: a bucket that is not there or not ours.
    """
    delay, said = FIRST_DELAY, False
    while not stop:
        try:
            if reachable():
                publish(place, notice)
                print(f"workers find this training through {place}: {notice.url}", flush=True)
                return True
        except StorageError as error:
            if not error.transient:
                raise
            if not said:
                print(f"workers cannot find this training yet, trying again: {error}", flush=True)
            said = True
        stop.wait(delay)
        delay = min(2 * delay, LONGEST_DELAY)
    return False


def take_back(place: S3Prefix, notice: Notice) -> None:
    """Remove the notice; gives up soon, because the launcher does not wait long."""
    end = time.monotonic() + LAST_WORDS
    while True:
        try:
            return withdraw(place, notice)
        except StorageError as error:
            if time.monotonic() > end:
                print(f"could not take the notice under {place}/ip/ back: {error}", flush=True)
                return None
            time.sleep(0.2)


def is_reachable(access: RedisAccess) -> bool:
    """Tell whether a training can be joined there. Raises UserError if that will never be."""
    client = access.client()
    try:
        return bool(client.exists(names.RUN))
    except redis.AuthenticationError as error:
        raise UserError(f"redis at {access.url} refused the password: {error}") from None
    except redis.RedisError:
        return False
    finally:
        client.close()


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(announce, arguments)


if __name__ == "__main__":
    sys.exit(main())
