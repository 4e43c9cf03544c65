"""How a preset's field states its unit, range and meaning, once, for the reader and for the documentation."""

from __future__ import annotations

import dataclasses
import math
import typing
from typing import Any


@dataclasses.dataclass(frozen=True)
class Setting:
    """Meaning, unit and allowed values of a field: ``name: Annotated[float, Setting("…", unit="m", low=0)]``.

    `low` and `high` are allowed themselves, `above` and `below` are not.
    """

    doc: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[Any, ...] = ()

    def allows(self, value: float) -> bool:
        """Tell whether the number `value` is within the limits."""
        if self.choices:
            return value in self.choices
        return (
            math.isfinite(value)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def allowed(self) -> str:
        """Return what is allowed, in words: ``from 1 to 16``, ``above 0 s``, ``one of ppo``."""
        if self.choices:
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        parts = []
        if self.low is not None:
            parts.append(f"from {self.low:g}")
        if self.above is not None:
            parts.append(f"above {self.above:g}")
        if self.high is not None:
            parts.append(f"to {self.high:g}" if parts else f"up to {self.high:g}")
        if self.below is not None:
            parts.append(f"and below {self.below:g}" if parts else f"below {self.below:g}")
        return " ".join([*parts, self.unit]).strip() if parts else f"a finite number {self.unit}".strip()


def settings_of(cls: type) -> dict[str, tuple[Any, Setting]]:
    """Return the bare type and the `Setting` of each field of a dataclass, in order."""
    found = {}
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        if typing.get_origin(hint) is not typing.ClassVar:
            kind, setting = typing.get_args(hint)
            found[name] = (kind, setting)
    return found
