"""Why a Step request is not carried out, for programs and for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """One refusal."""

    code: int
    """A code of Step.srv other than OK."""
    message: str
    """One line: why, and what to do instead."""

    def write(self, response: Any) -> Any:
        """Return `response`, which says so now."""
        response.success = False
        response.code = self.code
        response.message = self.message
        return response
