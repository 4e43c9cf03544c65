"""Program ``make_secret``: draws a secret and writes it to a new file that only its owner can read."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from object_tracker_agent.durable_files import why
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import run_main, without_ros_arguments


def make(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("make_secret", description="Write a new random secret to FILE.")
    parser.add_argument("file", metavar="FILE", help="is created, mode 0600; one that exists is not touched")
    file = Path(parser.parse_args(without_ros_arguments(arguments)).file).expanduser().absolute()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise UserError(f"{file} is there already; remove it first or name another file") from None
    except OSError as error:
        raise UserError(f"cannot write {file}: {why(error)}") from None
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(32) + "\n")  # 256 random bits
    print(
        f"{file} holds a new secret. Copy it to each machine of the training, keep its mode 0600, and"
        f" start with secret_file:={file}",
        flush=True,
    )
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(make, arguments)


if __name__ == "__main__":
    sys.exit(main())
