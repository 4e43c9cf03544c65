"""Addresses of launch arguments, and the secret's way to the programs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.security import VARIABLE, read_secret_file
from object_tracker_agent.training.names import WORKER_NAME
from object_tracker_agent.training.redis_access import RedisAccess
from object_tracker_sim.launching import redis
from object_tracker_sim.launching.access import Endpoint, SecretKeeper, access_words, endpoint
from object_tracker_sim.launching.rollout import unique_name

SECRET = "correct-horse-battery"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.0.0.1", Endpoint("10.0.0.1", 6379)),
        ("10.0.0.1:7000", Endpoint("10.0.0.1", 7000)),
        ("0.0.0.0", Endpoint("0.0.0.0", 6379)),
        ("fd00::1", Endpoint("fd00::1", 6379)),
        ("[fd00::1]:7000", Endpoint("fd00::1", 7000)),
        ("trainer.example.com:7000", Endpoint("trainer.example.com", 7000)),
    ],
)
def test_where_to_listen(text, found):
    assert endpoint(text) == found


@pytest.mark.parametrize("text", ["", ":7000", "a:0", "a:65536", "a:b", "a b", "redis://a:1"])
def test_what_is_no_address(text):
    with pytest.raises(ValueError, match="ADDRESS or ADDRESS:PORT"):
        endpoint(text)


def test_urls():
    assert Endpoint("fd00::1", 7).url(tls=True) == "rediss://[fd00::1]:7"
    assert Endpoint("10.0.0.1", 7).url(tls=False) == "redis://10.0.0.1:7"


def test_the_secret_leaves_the_environment_and_comes_as_a_file(tmp_path):
    environment = {VARIABLE: SECRET, "PATH": "x"}
    keeper = SecretKeeper(environment, None)
    assert environment == {"PATH": "x"}
    path = Path(keeper.file(lambda: tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_secret_file(path).reveal() == SECRET
    assert SECRET not in " ".join(access_words(RedisAccess("rediss://h", keeper.secret()), str(path)))


def wishes(**changes) -> redis.Wishes:
    nothing = dict.fromkeys(("listen", "advertise", "redis_url", "secret_file", "s3_uri"))
    return redis.Wishes(**{**nothing, "redis_ca": "secret", "insecure": False, **changes})


def free_endpoint() -> Endpoint:
    return redis._found_through_s3()


def test_a_local_training_has_no_port_and_no_password():
    found = redis.transport(wishes(), {VARIABLE: SECRET})
    assert found.words[0] == "--redis-url"
    assert found.words[1].startswith("unix:///")
    assert len(found.words) == 2
    assert found.public_url is None


def test_listening_takes_the_secret():
    where = Endpoint("127.0.0.1", free_endpoint().port)
    environment = {VARIABLE: SECRET}
    found = redis.transport(wishes(listen=where), environment)
    assert environment == {}
    assert found.public_url == where.url(tls=True)
    assert "--secret-file" in found.words
    assert SECRET not in " ".join([*found.words, *found.public_words])
    found = redis.transport(wishes(listen=where, advertise="trainer"), {VARIABLE: SECRET})
    assert found.public_url == f"rediss://trainer:{where.port}"


def test_a_prefix_and_a_secret_are_a_wish_to_be_found():
    found = redis.transport(wishes(s3_uri="s3://b/p", advertise="10.1.1.1"), {VARIABLE: SECRET})
    assert found.public_url.startswith("rediss://10.1.1.1:")
    assert redis.transport(wishes(s3_uri="s3://b/p"), {}).public_url is None  # checkpoints alone


def test_without_tls_if_that_was_asked_for():
    where = Endpoint("127.0.0.1", free_endpoint().port)
    found = redis.transport(wishes(listen=where, insecure=True), {})
    assert found.public_url == where.url(tls=False)
    assert "--insecure" in found.public_words


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"listen": Endpoint("127.0.0.1", 7000)}, "listen needs a secret"),
        ({"listen": Endpoint("192.0.2.7", 7000), "insecure": True}, "cannot listen on 192.0.2.7 port 7000"),
        ({"redis_url": "redis://127.0.0.1", "listen": Endpoint("127.0.0.1", 7000)}, "listen and adv"),
        ({"redis_url": "redis://10.0.0.1"}, "has no TLS"),
        ({"advertise": "10.0.0.1"}, "advertise needs listen"),
    ],
)
def test_refusals(changes, reason):
    with pytest.raises(UserError, match=reason):
        redis.transport(wishes(**changes), {})


def test_workers_names_do_not_meet():
    names = {unique_name() for _ in range(20)}
    assert len(names) == 20
    assert all(WORKER_NAME.fullmatch(f"{name}-63") for name in names)
