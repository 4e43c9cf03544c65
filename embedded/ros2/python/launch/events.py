"""Things that happen during a launch."""

from __future__ import annotations

from dataclasses import dataclass

from launch import _missing

__all__ = ["Shutdown"]
__getattr__ = _missing.refuse_names_of(__name__)


@dataclass(frozen=True)
class Shutdown:
    """The launch is to be shut down in order."""

    reason: str = "reason not given"
    due_to_sigint: bool = False
