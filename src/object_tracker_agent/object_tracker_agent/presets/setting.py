"""How a preset's field states its unit, range and meaning, once, for the reader and for the documentation."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any


@dataclasses.dataclass(frozen=True)
class Limits:
    """What values a field takes. `low` and `high` are included, `above` and `below` are not."""

    doc: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[Any, ...] = ()

    def allows(self, value: float) -> bool:
        """Tell whether the number `value` is within the limits."""
        return (
            math.isfinite(value)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def text(self) -> str:
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


def setting(
    doc: str,
    default: Any = dataclasses.MISSING,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: Sequence[Any] = (),
) -> Any:
    """Return a dataclass field that carries its `Limits`; without `default` a preset must give it."""
    limits = Limits(doc, unit, low, high, above, below, tuple(choices))
    return dataclasses.field(default=default, metadata={"limits": limits})


def limits_of(field: dataclasses.Field[Any]) -> Limits:
    """Return the `Limits` that `setting` put on a field; a field without them takes anything."""
    limits: Limits = field.metadata.get("limits", Limits(doc=""))
    return limits
