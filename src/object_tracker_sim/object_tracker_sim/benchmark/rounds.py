"""Measuring in turn: some steps of one way, some of the next, and again."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MOST_ROUNDS = 8


@dataclass
class Series:
    """What one way took in each round."""

    seconds: list[float] = field(default_factory=list)
    """Of one batched step [s], the mean over the round."""
    parts: dict[str, list[float]] = field(default_factory=dict)
    """The same of its parts, where they are known."""

    def median(self) -> float:
        """Return the median time of a batched step [s]."""
        return statistics.median(self.seconds)

    def median_part(self, name: str) -> float:
        """Return the median time of a part [s]."""
        return statistics.median(self.parts[name])

    def speed_to(self, other: Series) -> float:
        """Return how fast this is, as a fraction of `other`: the median of the rounds' ratios."""
        return statistics.median(b / a for a, b in zip(self.seconds, other.seconds, strict=True))


def run_rounds(
    ways: Mapping[str, Callable[[int], tuple[float, Mapping[str, float]]]],
    steps: int,
    advance: Callable[[], None],
) -> dict[str, Series]:
    """Measure each of `ways` for `steps` steps in all, in turn; returns one series per way.

    Args:
        ways: functions that make a number of batched steps and return how long that took [s], in all and by
            parts.
        steps: of each way, at least 1.
        advance: called after each way of each round.
    """
    rounds = min(MOST_ROUNDS, steps)
    per_round = steps // rounds
    series = {name: Series() for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            seconds, parts = run(per_round)
            series[name].seconds.append(seconds / per_round)
            for part, value in parts.items():
                series[name].parts.setdefault(part, []).append(value / per_round)
            advance()
    return series
