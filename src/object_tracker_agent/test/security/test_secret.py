"""The secret: where it may come from, what is refused, and that it does not show."""

from __future__ import annotations

import os
import pickle
import stat
from dataclasses import dataclass

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.security import VARIABLE, Secret, find_secret, make_secret_main, read_secret_file
from object_tracker_agent.security.urls import holds_password, refuse_password

TEXT = "correct-horse-battery"


def written(path, text=TEXT, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_secret_of_a_file(tmp_path):
    assert read_secret_file(written(tmp_path / "secret", TEXT + "\n")).reveal() == TEXT


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o610])
def test_a_file_that_others_reach_is_refused(tmp_path, mode):
    with pytest.raises(UserError, match=rf"can be read by others \(mode {mode:04o}\).*chmod 600"):
        read_secret_file(written(tmp_path / "secret", mode=mode))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("fifteen-letters", "shorter than 16"),
        ("two lines of it\nand another", "not one line"),
        ("with a space in between", "not one line"),
        ("x" * 2000, "not one line of at most 1024"),
        ("nul-in-the-middle\0-of-it", "not one line"),
    ],
)
def test_what_is_no_secret_is_refused_without_being_told(tmp_path, text, reason):
    with pytest.raises(UserError, match=reason) as error:
        read_secret_file(written(tmp_path / "file", text))
    assert len(text) < 3 or text.strip() not in str(error.value)


def test_files_that_are_none(tmp_path):
    with pytest.raises(UserError, match=r"cannot read secret_file .*make_secret"):
        read_secret_file(tmp_path / "none")
    with pytest.raises(UserError, match=r"is not a file|cannot read"):
        read_secret_file(tmp_path)
    os.mkfifo(tmp_path / "fifo", 0o600)
    with pytest.raises(UserError, match="is not a file"):
        read_secret_file(tmp_path / "fifo")
    (tmp_path / "bytes").write_bytes(b"\xff" * 20)
    (tmp_path / "bytes").chmod(0o600)
    with pytest.raises(UserError, match="is not text"):
        read_secret_file(tmp_path / "bytes")


def test_the_file_wins_over_the_variable(tmp_path):
    other = {VARIABLE: "another-horse-battery"}
    assert find_secret(None, {}) is None
    assert find_secret("", other) == Secret("another-horse-battery", "test")
    assert find_secret(str(written(tmp_path / "secret")), other) == Secret(TEXT, "test")
    with pytest.raises(UserError, match=f"environment variable {VARIABLE} is empty"):
        find_secret(None, {VARIABLE: ""})


def test_it_does_not_show():
    @dataclass(frozen=True)
    class Holder:
        secret: Secret

    secret = Secret(TEXT, "test")
    for shown in (repr(secret), str(secret), f"{secret}", repr(Holder(secret)), repr([secret])):
        assert TEXT not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_make_secret(tmp_path, capsys):
    path = tmp_path / "secret"
    assert make_secret_main.main([str(path), "--ros-args"]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = read_secret_file(path)
    assert len(secret.reveal()) >= 40
    assert secret.reveal() not in capsys.readouterr().out
    assert make_secret_main.main([str(path)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert read_secret_file(path) == secret
    assert make_secret_main.main([str(tmp_path / "no" / "secret")]) == 1


@pytest.mark.parametrize(
    "url",
    [
        "rediss://:hunter2hunter2@host:6379",
        "rediss://user:hunter2hunter2@host",
        "redis://user:hunter2/hunter2@host:1/0",
        "redis://user:hunter2@hunter2@host",
        "redis://host:6379?password=hunter2hunter2",
        "https://key:hunter2hunter2@s3.example.com",
        "unix://:hunter2hunter2@/run/redis.sock",
        "rediss:user:hunter2hunter2@host",
        "rediss:/user:hunter2hunter2@host",
        "rediss://user%3Ahunter2hunter2@host",
        "redis://host?db=0&pwd=hunter2hunter2",
        "redis://host#auth=hunter2hunter2",
    ],
)
def test_an_address_with_a_password_is_refused_without_being_told(url):
    with pytest.raises(UserError, match="redis_url is an address with a password") as error:
        refuse_password("redis_url", url)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["rediss://host:6379", "redis://user@host:6379/1", "rediss://user@[::1]:1", "unix:///run/a.sock",
     "s3://bucket/a/b", "empty",
     "/a:b@c", "rediss://[::1]:6379"],
)  # fmt: skip
def test_other_texts_hold_none(text):
    assert not holds_password(text)
