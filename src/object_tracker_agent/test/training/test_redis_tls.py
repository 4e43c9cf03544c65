"""A real redis-server that other machines may reach: TLS, a password, and what is refused."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis_with_tls import Server

from object_tracker_agent.errors import UserError
from object_tracker_agent.security import Secret, redis_password
from object_tracker_agent.training.link import Link
from object_tracker_agent.training.redis_access import RedisAccess
from object_tracker_agent.training.redis_server import redis_url

pytestmark = pytest.mark.integration
SECRET, OTHER = Secret("the-secret-of-one-run", "test"), Secret("the-secret-of-another", "test")


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start(**settings: Any) -> Server:
        started.append(Server(**{"secret": SECRET, **settings}))
        return started[-1]

    yield start
    for server in started:
        server.close()


def test_with_the_secret(serve: Any, never_stop: Any) -> None:
    server = serve()
    for url in (server.url, redis_url(server.folder)):
        link = Link(RedisAccess(url, SECRET), never_stop, patience=2)
        assert link.call(lambda client: client.set("object_tracker:x", b"1"))
        assert link.call(lambda client: client.get("object_tracker:x")) == b"1"
        link.close()


def test_a_server_with_another_secret_is_not_spoken_to(serve: Any, never_stop: Any) -> None:
    server = serve(secret=OTHER)
    with pytest.raises(UserError, match="cannot prove that it is this training's") as error:
        Link(RedisAccess(server.url, SECRET), never_stop, patience=30).call(lambda client: client.ping())
    assert SECRET.reveal() not in str(error.value)
    assert redis_password(SECRET) not in str(error.value)
    assert b"AUTH" not in server.log.read_bytes()


def test_a_client_with_another_password_is_refused(serve: Any, never_stop: Any) -> None:
    server = serve()
    wrong = RedisAccess(redis_url(server.folder), OTHER)
    for access in (wrong, RedisAccess(redis_url(server.folder))):
        with pytest.raises(UserError, match="refused the password") as error:
            Link(access, never_stop, patience=30).call(lambda client: client.ping())
        assert redis_password(OTHER) not in str(error.value)


def test_the_systems_authorities_do_not_count(serve: Any, never_stop: Any, monkeypatch: Any) -> None:
    """Nor does ours count where the system's are asked for."""
    server = serve()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.folder / "authority.crt"))  # OpenSSL's, so "the system's"
    assert RedisAccess(server.url, Secret(redis_password(SECRET), "test"), "system").client().ping()
    with pytest.raises(UserError, match="cannot prove"):
        Link(RedisAccess(server.url, OTHER), never_stop, patience=30).call(lambda client: client.ping())


def test_an_authority_of_a_file_and_a_password_of_ones_own(serve: Any) -> None:
    server = serve()
    ca = str(server.folder / "authority.crt")
    password = Secret(redis_password(SECRET), "test")  # to a Redis of somebody else the secret goes as it is
    assert RedisAccess(server.url, password, ca).client().ping()
    with pytest.raises(redis.AuthenticationError):
        RedisAccess(server.url, SECRET, ca).client().ping()
    with pytest.raises(UserError, match="redis_ca is '/no/such', but must be secret, system or"):
        RedisAccess(server.url, password, "/no/such")


def test_it_speaks_no_plain_redis_and_no_old_tls(serve: Any) -> None:
    server = serve()
    with pytest.raises(redis.ConnectionError):
        redis.Redis(port=server.port, socket_timeout=5).ping()


def test_a_worker_cannot_change_the_server(serve: Any) -> None:
    client = RedisAccess(serve().url, SECRET).client()
    for command in (["CONFIG", "SET", "dir", "/tmp"], ["FLUSHALL"], ["SHUTDOWN"], ["EVAL", "return 1", "0"],
                    ["SET", "other", "1"], ["REPLICAOF", "a", "1"]):  # fmt: skip
        with pytest.raises(redis.ResponseError, match=r"(?i)permission|NOPERM"):
            client.execute_command(*command)
    assert client.info()["redis_version"]


def test_neither_secret_nor_password_shows(serve: Any) -> None:
    server = serve()
    proc = Path(f"/proc/{server.process.pid}")
    shown = [
        proc.joinpath("cmdline").read_bytes(),
        proc.joinpath("environ").read_bytes(),
        server.log.read_bytes(),
    ]
    shown += [file.read_bytes() for file in server.folder.iterdir() if file.is_file()]
    for text in (SECRET.reveal(), redis_password(SECRET)):
        assert not any(text.encode() in data for data in shown)
    for name in ("redis.conf", "server.key"):
        assert stat.S_IMODE((server.folder / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("secret", [SECRET, None])
def test_plain_if_that_was_asked_for(serve: Any, secret: Secret | None) -> None:
    server = serve(tls=False, secret=secret)
    assert RedisAccess(server.url, secret).client().ping()
    assert RedisAccess(redis_url(server.folder), secret).client().ping()


@pytest.mark.parametrize(
    ("url", "secret", "reason"),
    [
        ("redis://10.0.0.1:6379", SECRET, "has no TLS; use rediss://"),
        ("redis://trainer", None, "has no TLS"),
        ("rediss://10.0.0.1:6379", None, "needs the training's secret"),
        ("rediss://:longpassword@10.0.0.1", SECRET, "an address with a password in it"),
        ("redis://10.0.0.1:99999", SECRET, "is not valid"),
        ("redis://10.0.0.1:0", SECRET, "is not valid"),
        ("redis://10.0.0.1/name", SECRET, "is not valid: after the port comes a database number"),
        ("rediss://", SECRET, "is not valid"),
        ("unix://", None, "is not valid"),
        ("redis://h?db=1", None, "is not valid"),
        ("redis://[::1", None, "is not valid"),
    ],
)
def test_addresses_that_are_refused(url: str, secret: Secret | None, reason: str) -> None:
    with pytest.raises(UserError, match=reason) as error:
        RedisAccess(url, secret)
    assert "longpassword" not in str(error.value)


def test_what_may_be_allowed() -> None:
    RedisAccess("redis://10.0.0.1:6379", insecure=True)
    for url in ("redis://127.0.0.1", "redis://localhost:1", "redis://[::1]:6380/3", "unix:///run/x.sock"):
        assert RedisAccess(url).is_local
