"""S3: a client of few operations, and what is kept there. Needs boto3, so import it only for s3:// addresses."""

from object_tracker_agent.storage.address import S3Address, is_s3, parse_s3
from object_tracker_agent.storage.client import S3Prefix, Stored
from object_tracker_agent.storage.errors import Conflict, Damaged, NotThere, StorageError, Unavailable

__all__ = [
    "Conflict",
    "Damaged",
    "NotThere",
    "S3Address",
    "S3Prefix",
    "StorageError",
    "Stored",
    "Unavailable",
    "is_s3",
    "parse_s3",
]
