"""Addresses that hold a password are refused: command lines and logs show them to everybody."""

from __future__ import annotations

import re

from object_tracker_agent.errors import UserError

# What comes before an @ is the user and, after a colon, the password. Neither a slash in one hides it nor a
# colon written as %3A, nor slashes left out behind redis:
_USER_INFORMATION = re.compile(r"(?:^\s*(?:rediss?|unix):|:/).*(?::|%3a).*@", re.IGNORECASE | re.DOTALL)
_QUERY = re.compile(
    r":/.*[?&;#](?:password|passwd|pwd|pass|secret|token|auth)[^=&]*=", re.IGNORECASE | re.DOTALL
)
ADVICE = (
    "a command line is seen by everybody on this machine; leave the password out, keep it in a file of mode"
    " 0600 and give secret_file:=FILE, or set OBJECT_TRACKER_SECRET"
)


def holds_password(text: str) -> bool:
    """Tell whether `text` is an address with a password in it."""
    return bool(_USER_INFORMATION.search(text) or _QUERY.search(text))


def refuse_password(name: str, text: str) -> None:
    """Raise UserError, without repeating it, if `text` is an address with a password in it."""
    if holds_password(text):
        raise UserError(f"{name} is an address with a password in it, which is refused: {ADVICE}")
