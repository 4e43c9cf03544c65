"""The secret that the machines of one training share: where it comes from, and that it does not show."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from object_tracker_agent.errors import UserError

VARIABLE = "OBJECT_TRACKER_SECRET"
SHORTEST = 16  # [characters]
LONGEST = 1024  # [characters]
MAKE_ONE = "make one with: ros2 run object_tracker_agent make_secret FILE"


class Secret:
    """A text that neither its repr, nor a dataclass around it, nor pickle gives away."""

    __slots__ = ("_text",)

    def __init__(self, text: str, source: str) -> None:
        """Check the text. Raises UserError naming `source`, never the text."""
        if not text:
            raise UserError(f"the secret in {source} is empty; {MAKE_ONE}")
        if len(text) < SHORTEST:
            raise UserError(f"the secret in {source} is shorter than {SHORTEST} characters; {MAKE_ONE}")
        if len(text) > LONGEST or not text.isprintable() or " " in text:
            raise UserError(
                f"the secret in {source} is not one line of at most {LONGEST} printable characters without"
                f" spaces; {MAKE_ONE}"
            )
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be pickled")


def read_secret_file(path: str | Path) -> Secret:
    """Read the secret from a file that only its owner can read.

    Raises UserError: no such file, readable by others, somebody else's, or not a secret.
    """
    file = Path(path).expanduser().absolute()
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UserError(f"secret_file {file} is not a file; {MAKE_ONE}")
            if status.st_mode & 0o077:
                raise UserError(
                    f"secret_file {file} can be read by others (mode {stat.S_IMODE(status.st_mode):04o});"
                    f" make it yours alone with: chmod 600 {file}; if others use this machine, make a new one"
                )
            if status.st_uid != os.geteuid() and os.geteuid() != 0:
                raise UserError(f"secret_file {file} belongs to another user; {MAKE_ONE}")
            data = stream.read(4 * LONGEST + 2)
    except OSError as error:
        raise UserError(f"cannot read secret_file {file}: {error.strerror}; {MAKE_ONE}") from None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise UserError(f"the secret in {file} is not text; {MAKE_ONE}") from None
    return Secret(text.removesuffix("\n").removesuffix("\r"), str(file))


def find_secret(secret_file: str | None, environment: Mapping[str, str]) -> Secret | None:
    """Return the secret of `secret_file`, else the one in the environment variable, else None."""
    if secret_file:
        return read_secret_file(secret_file)
    if VARIABLE in environment:
        return Secret(environment[VARIABLE], f"the environment variable {VARIABLE}")
    return None
