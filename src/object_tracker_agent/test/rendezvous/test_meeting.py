"""A training and its workers meet through an S3 prefix, or wait and say what for."""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "training"))

from redis_with_tls import Server
from s3_server import BUCKET, S3Server, s3_server

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_agent.processes import Stop
from object_tracker_agent.rendezvous.announce_main import is_reachable, take_back, tell
from object_tracker_agent.rendezvous.find_main import world_of
from object_tracker_agent.rendezvous.notice import (
    ADDRESS,
    DONE,
    Notice,
    NoticeError,
    look,
    publish,
    withdraw,
)
from object_tracker_agent.rendezvous.search import Search
from object_tracker_agent.security import Secret, certificate_authority
from object_tracker_agent.storage import S3Prefix, StorageError
from object_tracker_agent.training import names
from object_tracker_agent.training.messages import RunMessage, State
from object_tracker_agent.training.redis_access import RedisAccess

pytestmark = pytest.mark.integration
SECRET, OTHER = Secret("the-secret-of-one-run", "test"), Secret("the-secret-of-another", "test")
RUN = "0123456789abcdef"
FINGERPRINT = certificate_authority(SECRET).fingerprint


def notice(port: int = 6379, **changes: Any) -> Notice:
    made = Notice.of("127.0.0.1", port, tls=True, ca_fingerprint=FINGERPRINT, run_id=RUN)
    return dataclasses.replace(made, **changes)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def place(s3: S3Server, request: Any) -> S3Prefix:
    return S3Prefix(f"s3://{BUCKET}/{abs(hash(request.node.name))}")


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(secret=SECRET)
    yield server
    server.close()


def train(server: Server, run_id: str = RUN, status: str = "running") -> RedisAccess:
    """Put into Redis what a trainer does."""
    access = RedisAccess(server.url, SECRET)
    message = RunMessage(run_id, 1, 1000, load_preset("approach").to_dict(), 1, "empty", 4)
    access.client().set(names.RUN, message.to_bytes())
    access.client().hset(names.STATE, mapping=State(status, 0, False, 0).to_hash())
    return access


def search(place: Any, said: list[str], seconds: float = 0.5, secret: Secret = SECRET) -> Any:
    return Search(Stop(), secret, say=said.append).wait(place, time.monotonic() + seconds, seconds)


def test_a_notice_there_and_back() -> None:
    made = notice()
    assert Notice.from_json(made.to_json()) == made
    assert json.loads(made.to_json())["IP"] == "127.0.0.1"  # the original's
    assert notice(IP="fd00::1", port=7).url == "rediss://[fd00::1]:7"


@pytest.mark.parametrize(
    "change",
    [
        {"IP": "a b"}, {"IP": ""}, {"IP": 3}, {"IP": "host/x"}, {"IP": "u@h"}, {"port": 0}, {"port": "6379"},
        {"port": True}, {"port": 65536}, {"tls": 1}, {"ca_fingerprint": "ab"}, {"run_id": "x"},
        {"token": None}, {"time": "x" * 50}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_notice(change: dict[str, Any]) -> None:
    values = json.loads(notice().to_json()) | change
    with pytest.raises(NoticeError, match=r"ip/ip\.json"):
        Notice.from_json(json.dumps(values).encode())
    for data in (b"", b"[]", b"{}", b"[" * 5000, b"\xff", b"{" + b" " * 5000 + b"}", b'{"IP": "10.0.0.1"}'):
        with pytest.raises(NoticeError):
            Notice.from_json(data)


def test_it_is_found_once_it_is_announced(place: S3Prefix, server: Server) -> None:
    access, stop, made = train(server), Stop(), notice(server.port)
    said: list[str] = []
    thread = threading.Thread(target=lambda: tell(place, made, lambda: is_reachable(access), stop))
    threading.Timer(0.5, thread.start).start()
    found = search(place, said, 30)
    assert found[0].url == server.url
    assert found[1].run_id == RUN
    assert world_of(found[1]) == "empty"
    assert "ip/done is not there" in said[0]
    thread.join()
    take_back(place, made)
    assert place.keys() == []


def test_not_announced_before_it_can_be_reached(place: S3Prefix, server: Server) -> None:
    assert not is_reachable(RedisAccess(server.url, SECRET))  # there, but no trainer in it yet
    train(server)
    assert is_reachable(RedisAccess(server.url, SECRET))
    server.process.kill()
    server.process.wait()
    assert not is_reachable(RedisAccess(server.url, SECRET))


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda place, port: None, "ip/done is not there: no trainer has said"),
        (lambda place, port: place.overwrite(DONE, b"x"), "ip/ip.json is not there"),
        (lambda place, port: publish(place, notice(1)), "does not answer .*refused"),  # an earlier run's
        (
            lambda place, port: (publish(place, notice()), place.overwrite(ADDRESS, notice(port).to_json())),
            "belongs to another start",
        ),
        (
            lambda place, port: (place.overwrite(ADDRESS, b"{}"), place.overwrite(DONE, b"")),
            "is not what this version writes",
        ),
        (
            lambda place, port: (place.overwrite(ADDRESS, b"x" * 10**6), place.overwrite(DONE, b"")),
            "is not what this version writes",
        ),
        (lambda place, port: publish(place, notice(port, ca_fingerprint="0" * 64)), "with another secret"),
        (lambda place, port: publish(place, notice(port, tls=False)), "has no TLS"),
        (lambda place, port: publish(place, notice(port, run_id="f" * 16)), "serves another training"),
    ],
    ids=range(9),
)
def test_it_says_what_it_waited_for(
    place: S3Prefix, server: Server, prepare: Callable[[S3Prefix, int], Any], reason: str
) -> None:
    train(server)
    prepare(place, server.port)
    said: list[str] = []
    with pytest.raises(UserError, match=rf"waited 0 s for a training at s3://.*/ip/, but .*{reason}"):
        search(place, said, 0.4)
    assert said[0].startswith("waiting for the training at s3://")


def test_a_stale_notice_is_waited_out(place: S3Prefix, server: Server) -> None:
    publish(place, notice(1, run_id="f" * 16))  # of a trainer that was killed
    train(server)
    threading.Timer(0.6, lambda: publish(place, notice(server.port))).start()
    said: list[str] = []
    assert search(place, said, 30)[1].run_id == RUN
    assert "does not answer" in said[0]


def test_a_later_trainers_notice_stays(place: S3Prefix) -> None:
    first, second = notice(1), notice(2)
    publish(place, first)
    publish(place, second)
    withdraw(place, first)
    assert look(place) == second
    withdraw(place, second)
    assert place.keys() == []


def test_s3_that_refuses_for_a_while(s3: S3Server, place: S3Prefix, capsys: Any) -> None:
    s3.refusing = True
    tries: list[int] = []

    def reachable() -> bool:
        tries.append(1)
        s3.refusing = len(tries) < 2  # the first try is refused, however often boto3 repeats it
        return True

    try:
        assert tell(place, notice(), reachable, Stop())
    finally:
        s3.refusing = False
    assert "trying again" in capsys.readouterr().out
    assert isinstance(look(place), Notice)


def test_a_bucket_that_is_not_there(place: S3Prefix) -> None:
    nowhere = S3Prefix("s3://no-such-bucket/x")
    with pytest.raises(StorageError, match="there is no bucket"):
        tell(nowhere, notice(), lambda: True, Stop())
    with pytest.raises(StorageError, match="there is no bucket"):
        search(nowhere, [], 30)


def test_a_given_redis(server: Server) -> None:
    said: list[str] = []
    with pytest.raises(UserError, match="no trainer has come to redis at rediss://"):
        search(RedisAccess(server.url, SECRET), said, 0.3)
    access = train(server, status="finished")
    with pytest.raises(UserError, match=r"the training in redis at .* is finished"):
        search(access, said, 0.3)
    train(server)
    assert search(access, said)[1].arenas == 4
    with pytest.raises(UserError, match=r"^the server at .* cannot prove that it is this training's"):
        search(RedisAccess(server.url, OTHER), said, 30, OTHER)
    access.client().set(names.RUN, b"nonsense")
    with pytest.raises(UserError, match="was not started by this version"):
        search(access, said, 30)


def test_a_world_that_is_a_file_cannot_come_along() -> None:
    for world in ("/home/me/my.world", "my.world", "../x", "a/b"):
        message = RunMessage(RUN, 1, 1, {}, 1, world, 1)
        with pytest.raises(UserError, match="copy the file here and give its path, world:=PATH"):
            world_of(message)
