"""Fixtures: an S3 server with an empty bucket, a prefix in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from s3_server import BUCKET, S3Server, s3_server

from object_tracker_agent.storage import S3Prefix


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def prefix(s3: S3Server) -> S3Prefix:
    return S3Prefix(f"s3://{BUCKET}/tracker/one")
