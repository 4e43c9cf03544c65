"""S3: a client of few operations, and what is kept there. Needs boto3: import it only for s3:// addresses."""

from object_tracker_agent.storage.address import S3Address, is_s3, parse_s3
from object_tracker_agent.storage.client import S3Prefix, Stored
from object_tracker_agent.storage.errors import (
    ConflictError,
    DamagedError,
    NotThereError,
    StorageError,
    UnavailableError,
)

__all__ = [
    "ConflictError",
    "DamagedError",
    "NotThereError",
    "S3Address",
    "S3Prefix",
    "StorageError",
    "Stored",
    "UnavailableError",
    "is_s3",
    "parse_s3",
]
