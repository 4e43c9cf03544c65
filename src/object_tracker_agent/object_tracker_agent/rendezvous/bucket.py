"""The few things done with an S3 prefix to meet there: put, get and delete a small object."""

from __future__ import annotations

from typing import Any, Protocol

from object_tracker_agent.errors import UserError

LARGEST = 64 * 1024  # [byte] of an object that is read here
# What no waiting mends: who we are, where we look, whether we may
_FATAL = {
    "403", "AccessDenied", "AllAccessDisabled", "AuthorizationHeaderMalformed", "ExpiredToken",
    "InvalidAccessKeyId", "InvalidBucketName", "InvalidToken", "NoSuchBucket", "PermanentRedirect",
    "SignatureDoesNotMatch",
}  # fmt: skip


class Unreachable(Exception):  # noqa: N818 - expected, and to be waited out
    """S3 did not answer, or not now."""


class Place(Protocol):
    """Where a training and its workers meet."""

    uri: str

    def put(self, key: str, data: bytes) -> None: ...

    def get(self, key: str) -> bytes | None: ...

    def delete(self, key: str) -> None: ...


class Bucket:
    """Objects under ``s3://bucket/prefix``; endpoint, region and credentials by the usual AWS means.

    Each method raises Unreachable for what may pass, UserError for what will not.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri.rstrip("/")
        import boto3  # half a second: only for those who use S3
        import botocore.config
        import botocore.exceptions

        self._errors = botocore.exceptions
        self._bucket, _, prefix = self.uri.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        settings = botocore.config.Config(
            connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 2}
        )
        try:
            self._client = boto3.client("s3", config=settings)
        except (botocore.exceptions.BotoCoreError, ValueError) as error:
            raise UserError(f"cannot use {self.uri}: {_one_line(error)}") from None

    def put(self, key: str, data: bytes) -> None:
        """Write an object."""
        self._call("put_object", Key=self._prefix + key, Body=data)

    def get(self, key: str) -> bytes | None:
        """Return an object's first LARGEST bytes, None if there is none."""
        reply = self._call("get_object", Key=self._prefix + key)
        if reply is None:
            return None
        try:
            data: bytes = reply["Body"].read(LARGEST)
        except Exception as error:  # a connection that breaks: urllib3's and botocore's own kinds
            raise Unreachable(_one_line(error)) from None
        return data

    def delete(self, key: str) -> None:
        """Remove an object; it need not be there."""
        self._call("delete_object", Key=self._prefix + key)

    def _call(self, name: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, name)(Bucket=self._bucket, **arguments)
        except self._errors.ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in ("NoSuchKey", "404"):
                return None
            if code in _FATAL:
                raise UserError(f"{self.uri} cannot be used: {_one_line(error)}") from None
            raise Unreachable(_one_line(error)) from None
        except (self._errors.NoCredentialsError, self._errors.PartialCredentialsError) as error:
            raise UserError(
                f"{self.uri} cannot be used: {_one_line(error)}; configure them as for the AWS CLI"
            ) from None
        except self._errors.BotoCoreError as error:
            raise Unreachable(_one_line(error)) from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
