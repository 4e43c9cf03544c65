"""What can go wrong with a bucket."""

from __future__ import annotations

from object_tracker_agent.errors import UserError


class StorageError(UserError):
    """S3 refused or could not be asked: where, what, what to do instead, in one line."""

    transient = False  # True: the same may work in a minute


class UnavailableError(StorageError):
    """S3 cannot be reached, is too busy or has an error of its own: worth another try."""

    transient = True


class NotThereError(StorageError):
    """There is no such object."""


class ConflictError(StorageError):
    """A conditional write lost: somebody else has written meanwhile."""


class DamagedError(StorageError):
    """An object is not what was written, or not what it should be."""
