"""The few operations on a bucket that this project needs, with errors of one line."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from object_tracker_agent.storage.address import S3Address, parse_s3
from object_tracker_agent.storage.errors import (
    ConflictError,
    DamagedError,
    NotThereError,
    StorageError,
    UnavailableError,
)

CONFIG = Config(
    connect_timeout=5,  # [s]
    read_timeout=20,  # [s]
    retries={"mode": "standard", "total_max_attempts": 3},
    # Our own SHA-256 goes with every object; other checksums are added only where S3 demands one
    request_checksum_calculation="when_required",
    response_checksum_validation="when_supported",
)
MAX_OBJECT_BYTES = 1 << 30  # of one read, unless the caller knows better
_CONNECTION = (
    aws.HTTPClientError,
    aws.ConnectionError,
    aws.IncompleteReadError,
    aws.ResponseStreamingError,
    OSError,
)
_BUSY = {"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "Throttling", "503", "500"}


@dataclass(frozen=True)
class Stored:
    """An object's content, and the tag by which to say that it has not changed since."""

    data: bytes
    etag: str


class S3Prefix:
    """All keys of a bucket that begin with a prefix; every key given is relative to it.

    Endpoint, region and credentials come by the usual AWS means (AWS_ENDPOINT_URL for other servers).
    """

    def __init__(self, address: S3Address | str) -> None:
        """Raises StorageError: no credentials that could be used, an endpoint that is no URL."""
        self.address = parse_s3(address) if isinstance(address, str) else address
        with self._explained(""):
            self._client: Any = boto3.session.Session().client("s3", config=CONFIG)

    def __str__(self) -> str:
        return str(self.address)

    def read(self, key: str, limit: int = MAX_OBJECT_BYTES) -> Stored:
        """Return an object of at most `limit` bytes.

        Raises NotThereError, DamagedError (too large, its checksum is another), UnavailableError.
        """
        with self._explained(key):
            reply = self._client.get_object(**self._where(key), ChecksumMode="ENABLED")
            size = int(reply["ContentLength"])
            if size > limit:
                raise DamagedError(
                    f"{self.address / key} has {size} bytes, more than the {limit} it may have"
                )
            data = reply["Body"].read()
        if len(data) != size:
            raise UnavailableError(
                f"{self.address / key} was cut short on the way ({len(data)} of {size} bytes)"
            )
        return Stored(data, str(reply["ETag"]))

    def create(self, key: str, data: bytes) -> str:
        """Write an object that is not there yet; return its tag. Raises ConflictError if it is there."""
        return self._put(key, data, IfNoneMatch="*")

    def replace(self, key: str, data: bytes, etag: str) -> str:
        """Write over the object that has the tag `etag`; return the new one.

        Raises ConflictError if it has another tag or is gone.
        """
        try:
            return self._put(key, data, IfMatch=etag)
        except NotThereError as error:
            raise ConflictError(f"{self.address / key} has been removed meanwhile") from error

    def overwrite(self, key: str, data: bytes) -> str:
        """Write an object, whatever is there; return its tag."""
        return self._put(key, data)

    def exists(self, key: str) -> bool:
        """Tell whether the object is there."""
        try:
            with self._explained(key):
                self._client.head_object(**self._where(key))
        except NotThereError:
            return False
        return True

    def keys(self, under: str = "") -> list[str]:
        """Return the keys below `under`, in alphabetical order."""
        start = f"{self.address.key}/" if self.address.key else ""
        begin = f"{start}{under.rstrip('/')}/" if under else start
        with self._explained(under):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.address.bucket, Prefix=begin
            )
            found = [item["Key"] for page in pages for item in page.get("Contents", ())]
        return sorted(key[len(start) :] for key in found)

    def delete(self, key: str) -> None:
        """Remove an object; it need not be there."""
        with self._explained(key):
            self._client.delete_object(**self._where(key))

    def _put(self, key: str, data: bytes, **condition: str) -> str:
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        with self._explained(key):
            reply = self._client.put_object(
                **self._where(key),
                Body=data,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                **condition,
            )
        return str(reply["ETag"])

    def _where(self, key: str) -> dict[str, str]:
        return {"Bucket": self.address.bucket, "Key": (self.address / key).key}

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        try:
            yield
        except StorageError:
            raise
        except (aws.ClientError, aws.BotoCoreError, ValueError, OSError) as error:
            raise explain(error, self.address / key if key else self.address) from error


def explain(error: Exception, address: S3Address) -> StorageError:
    """Say in one line what boto3 could not do at `address`."""
    if isinstance(error, aws.ClientError):
        return _refusal(error, address)
    if isinstance(error, (aws.NoCredentialsError, aws.PartialCredentialsError)):
        return StorageError(
            f"{address}: there are no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,"
            " AWS_PROFILE, or give the machine a role"
        )
    if isinstance(error, aws.FlexibleChecksumError):
        return DamagedError(f"{address} is damaged: its checksum does not match")
    if isinstance(error, _CONNECTION):
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        return UnavailableError(
            f"{address}: S3 cannot be reached{f' at {_plain(endpoint)}' if endpoint else ''};"
            " is the network up, and AWS_ENDPOINT_URL right?"
        )
    return StorageError(f"{address}: {' '.join(str(error).split())}")


def _refusal(error: aws.ClientError, address: S3Address) -> StorageError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "NoSuchBucket":
        return StorageError(f"{address}: there is no bucket '{address.bucket}'; create it or name another")
    if code in ("PreconditionFailed", "ConditionalRequestConflict") or status == 412:
        return ConflictError(f"{address} has been written by somebody else")
    if code in ("NoSuchKey", "404", "NotFound"):
        return NotThereError(f"{address} is not there")
    if code in ("NotImplemented", "501"):
        return StorageError(
            f"{address}: this server does not know conditional writes (If-Match); use another"
        )
    if code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"):
        return StorageError(f"{address}: the AWS credentials are not accepted ({code}); renew them")
    if status == 403:
        return StorageError(
            f"{address}: access is denied; the credentials need rights to read and write there"
        )
    if code in _BUSY or status >= 500 or status == 429:
        return UnavailableError(f"{address}: S3 is not ready ({code or status}); try again in a minute")
    if status in (301, 307) or code in ("PermanentRedirect", "AuthorizationHeaderMalformed"):
        return StorageError(f"{address}: the bucket is in another region; set AWS_REGION to it")
    return StorageError(f"{address}: refused ({code or status})")


def _plain(url: str) -> str:
    """Return a URL without what may be a secret in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
