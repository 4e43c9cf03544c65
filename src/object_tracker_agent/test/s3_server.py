"""A real S3-protocol server (moto's) on loopback, which can be told to refuse or be gone for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

BUCKET = "robots"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class S3Server:
    """The server in a thread of this process; other processes reach it, too."""

    def __init__(self, port: int = 0) -> None:
        # Slow to import: only tests that need it pay
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        self.refusing = False  # answers 503 to everything
        self.requests = 0
        self._app = DomainDispatcherApplication(create_backend_app)
        self._make = make_server
        self._server: Any = None
        self._thread: Any = None
        self.start(port)
        self.port: int = self._server.port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Return the variables that lead boto3 here."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}

    def client(self) -> Any:
        return boto3.client(
            "s3", endpoint_url=self.url, region_name="us-east-1",
            aws_access_key_id="testing", aws_secret_access_key="testing",
        )  # fmt: skip

    def start(self, port: int | None = None) -> None:
        import threading

        self._server = self._make(
            "127.0.0.1", self.port if port is None else port, self._answer, threaded=True
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Be gone: connections are refused. What was stored is kept for `start`."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        self.requests += 1
        if self.refusing:
            start_response("503 Slow Down", [("Content-Type", "application/xml"), ("Connection", "close")])
            return [b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>"]
        return self._app(environ, start_response)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server with an empty bucket; this process's environment leads boto3 to it meanwhile."""
    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = S3Server()
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(server.environment())
    try:
        server.client().create_bucket(Bucket=BUCKET)
        yield server
    finally:
        server.refusing = False
        client = server.client()
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for item in page.get("Contents", ()):
                client.delete_object(Bucket=BUCKET, Key=item["Key"])
        client.delete_bucket(Bucket=BUCKET)
        server.stop()
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update({name: value for name, value in before.items() if name.startswith("AWS_")})
