"""Presets that lie in S3. Python code that lies beside them is reported, never run."""

from __future__ import annotations

from collections.abc import Callable

from object_tracker_agent.checkpoints.store import warn_on_stderr
from object_tracker_agent.errors import UserError
from object_tracker_agent.storage.address import S3Address, parse_s3
from object_tracker_agent.storage.client import S3Prefix

FOLDERS = ("presets", "environments")  # where the original put code
MAX_BYTES = 1 << 20
SUFFIXES = (".yaml", ".yml")


def read_preset(uri: str, warn: Callable[[str], None] = warn_on_stderr) -> str:
    """Return the text of s3://bucket/prefix/presets/NAME.yaml.

    Raises UserError: Python code, another kind of file, not UTF-8; StorageError.
    """
    address = parse_s3(uri)
    if address.key.endswith(".py"):
        raise UserError(
            f"{uri} is Python code, which is not run; write a preset in YAML, and bring code as an installed"
            " package (docs/tasks.md)"
        )
    if not address.key.endswith(SUFFIXES):
        raise UserError(f"{uri} is not a preset's file; give s3://bucket/prefix/presets/NAME.yaml")
    folder, _, name = address.key.rpartition("/")
    data = S3Prefix(S3Address(address.bucket, folder)).read(name, MAX_BYTES).data
    if folder.rpartition("/")[2] in FOLDERS:
        warn_of_code(S3Address(address.bucket, folder.rpartition("/")[0]), warn)
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UserError(f"{uri}: cannot read the preset: not UTF-8 text") from None


def warn_of_code(address: S3Address, warn: Callable[[str], None] = warn_on_stderr) -> None:
    """Say what Python code lies in the prefix's folders for it, as the original's jobs had: it is not run."""
    prefix = S3Prefix(address)
    for folder in FOLDERS:
        for key in prefix.keys(folder):
            if key.endswith(".py"):
                warn(f"warning: {prefix}/{key} is Python code: it is not run; bring it as a package")
