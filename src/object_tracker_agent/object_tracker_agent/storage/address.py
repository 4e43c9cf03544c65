"""s3://bucket/prefix: reading what users write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from object_tracker_agent.errors import UserError

SCHEME = "s3://"
MAX_KEY_BYTES = 900  # of S3's 1,024; the rest is for what is put below a prefix
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class S3Address:
    """A bucket and a key or the beginning of one, without a slash at either end."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}".rstrip("/")

    def __truediv__(self, name: str) -> S3Address:
        return S3Address(self.bucket, f"{self.key}/{name}" if self.key else name)


def is_s3(text: object) -> bool:
    """Tell whether `text` is meant as an address in S3."""
    return str(text).lower().startswith(SCHEME)


def parse_s3(text: str) -> S3Address:
    """Read s3://bucket/key. Raises UserError saying what is wrong with it."""
    if not text.startswith(SCHEME):
        raise UserError(f"'{text}' is not an address in S3; write s3://bucket/prefix")
    bucket, _, key = text[len(SCHEME) :].partition("/")
    if not bucket:
        raise UserError(f"'{text}' names no bucket; write s3://bucket/prefix")
    if "@" in bucket or ":" in bucket:
        # not repeated: it may hold a secret
        raise UserError("an s3:// address holds a bucket and a key only; credentials go the usual AWS ways")
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise UserError(f"'{text}': '{bucket}' cannot be a bucket's name (3 to 63 of a-z, 0-9, '.' and '-')")
    key = key.strip("/")
    check_key(key, text)
    return S3Address(bucket, key)


def check_key(key: str, shown: str) -> None:
    """Raise UserError unless `key` is one that we read or write: printable, no empty, '.' or '..' part."""
    parts = key.split("/") if key else []
    if any(part in ("", ".", "..") for part in parts):
        raise UserError(f"'{shown}': a key must not have an empty part, '.' or '..' between its slashes")
    if not key.isprintable() or " " in key or "\\" in key or len(key.encode()) > MAX_KEY_BYTES:
        raise UserError(f"'{shown}': a key must be printable, without spaces, at most {MAX_KEY_BYTES} bytes")
