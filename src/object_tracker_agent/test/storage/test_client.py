"""The client against a real S3-protocol server: conditions, limits, and one line for whatever goes wrong."""

from __future__ import annotations

import base64
import hashlib
import os
import socket

import pytest
from s3_server import BUCKET, S3Server

from object_tracker_agent.errors import UserError
from object_tracker_agent.storage import (
    ConflictError,
    DamagedError,
    NotThereError,
    S3Prefix,
    StorageError,
    UnavailableError,
    parse_s3,
)


def test_reads_what_was_written(prefix: S3Prefix, s3: S3Server) -> None:
    etag = prefix.create("model/a", b"one")
    assert prefix.read("model/a").data == b"one"
    assert prefix.read("model/a").etag == etag
    assert prefix.keys("model") == ["model/a"]
    assert prefix.keys() == ["model/a"]
    assert prefix.exists("model/a")
    assert not prefix.exists("model/b")
    head = s3.client().head_object(Bucket=BUCKET, Key="tracker/one/model/a", ChecksumMode="ENABLED")
    assert base64.b64decode(head["ChecksumSHA256"]) == hashlib.sha256(b"one").digest()
    prefix.delete("model/a")
    prefix.delete("model/a")
    with pytest.raises(NotThereError, match=r"s3://robots/tracker/one/model/a is not there"):
        prefix.read("model/a")


def test_a_prefix_is_a_folder_not_a_beginning(prefix: S3Prefix) -> None:
    S3Prefix(f"s3://{BUCKET}/tracker/one-more").create("model/x", b"")
    assert prefix.keys() == []


def test_conditional_writes(prefix: S3Prefix) -> None:
    first = prefix.create("pointer", b"1")
    with pytest.raises(ConflictError):
        prefix.create("pointer", b"2")
    second = prefix.replace("pointer", b"2", first)
    with pytest.raises(ConflictError):
        prefix.replace("pointer", b"3", first)
    assert prefix.read("pointer").etag == second
    prefix.delete("pointer")
    with pytest.raises(ConflictError):
        prefix.replace("pointer", b"3", second)


def test_no_more_is_read_than_allowed(prefix: S3Prefix) -> None:
    prefix.create("big", b"x" * 1000)
    with pytest.raises(DamagedError, match="has 1000 bytes, more than the 999 it may have"):
        prefix.read("big", limit=999)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://bucket/a", "write s3://bucket/prefix"),
        ("s3://", "names no bucket"),
        ("s3:///prefix", "names no bucket"),
        ("s3://Bucket_1/a", "cannot be a bucket's name"),
        ("s3://ab/a", "cannot be a bucket's name"),
        ("s3://bucket/../other", "must not have"),
        ("s3://bucket/a//b", "must not have"),
        ("s3://bucket/a b", "without spaces"),
        ("s3://bucket/" + "a" * 1000, "at most"),
    ],
)
def test_bad_addresses(text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        parse_s3(text)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(UserError) as caught:
        parse_s3("s3://key:hunter2@bucket/prefix")
    assert "hunter2" not in str(caught.value)


def test_no_such_bucket(s3: S3Server) -> None:
    with pytest.raises(StorageError, match="there is no bucket 'nowhere'; create it or name another"):
        S3Prefix("s3://nowhere/a").read("b")


def test_no_credentials(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with pytest.raises(StorageError, match="there are no AWS credentials; set AWS_ACCESS_KEY_ID"):
        S3Prefix(f"s3://{BUCKET}/a").read("b")


def test_an_unknown_profile(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(StorageError, match="nobody"):
        S3Prefix(f"s3://{BUCKET}/a")


def test_refused_for_a_while(prefix: S3Prefix, s3: S3Server) -> None:
    s3.refusing = True
    with pytest.raises(UnavailableError, match="S3 is not ready"):
        prefix.read("b")
    s3.refusing = False
    prefix.create("b", b"")


def test_gone_for_a_while(prefix: S3Prefix, s3: S3Server) -> None:
    prefix.create("b", b"kept")
    s3.stop()
    try:
        with pytest.raises(UnavailableError, match=rf"S3 cannot be reached at {s3.url}"):
            prefix.read("b")
    finally:
        s3.start()
    assert prefix.read("b").data == b"kept"


def test_an_endpoint_that_is_not_s3(monkeypatch: pytest.MonkeyPatch, s3: S3Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://user:hunter2@127.0.0.1:{port}")
    with pytest.raises(UnavailableError) as caught:
        S3Prefix(f"s3://{BUCKET}/a").read("b")
    assert "hunter2" not in str(caught.value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(StorageError, match="nonsense"):
        S3Prefix(f"s3://{BUCKET}/a").read("b")
