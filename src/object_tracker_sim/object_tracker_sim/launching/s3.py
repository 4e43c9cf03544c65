"""Addresses in S3 as launch arguments."""

from __future__ import annotations

from object_tracker_agent.errors import UserError


def s3_address(text: str) -> str:
    """Accept s3://BUCKET/PREFIX."""
    from object_tracker_agent.storage.address import parse_s3  # boto3 only when it is needed

    try:
        return str(parse_s3(text))
    except UserError as error:
        raise ValueError(f"s3://BUCKET/PREFIX ({error})") from None
