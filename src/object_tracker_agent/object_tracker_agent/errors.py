"""The one kind of error that is the user's to mend."""

from __future__ import annotations


class UserError(Exception):
    """What is wrong, where, and what to do instead, in one line.

    Programs print it as ``error: …`` and end with status 1; it never shows as a traceback.
    """
