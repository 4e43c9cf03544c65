"""The figures that come out, and how they are shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from object_tracker_agent.benchmark.measure import Segment

WORKER_PARTS = ("simulation", "inference", "transport", "waiting", "other")
TRAINER_PARTS = ("update", "transport", "checkpoint", "waiting", "other")


def figures(segments: Sequence[Segment]) -> dict[str, Any]:
    """Return env-steps/s of the loop and of the raw limit, their ratio, and the parts of the time.

    `ratio` is the median of the segments' own, each to the raw limit just before and after it. `parts` are
    fractions of the wall clock, which worker and trainer spend at the same time: each adds up to 1.
    """
    return {
        "env_steps_per_s": statistics.median(segment.speed for segment in segments),
        "raw_steps_per_s": statistics.median([segments[0].raw[0], *(segment.raw[1] for segment in segments)]),
        "ratio": statistics.median(segment.ratio for segment in segments),
        "parts": {
            "worker": _shares([segment.worker for segment in segments], WORKER_PARTS),
            "trainer": _shares([segment.trainer for segment in segments], TRAINER_PARTS),
        },
    }


def _shares(seconds: Sequence[dict[str, float]], parts: Sequence[str]) -> dict[str, float]:
    sums = {part: sum(one.get(part, 0.0) for one in seconds) for part in parts}
    total = sum(sums.values())
    return {part: value / total if total else 0.0 for part, value in sums.items()}


def make_console() -> Console:
    """Return a console on standard output that does not wrap the table where nobody looks."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=max(100, console.width))


def show(result: dict[str, Any], console: Console) -> None:
    """Print the speeds and where the time goes."""
    console.print(
        f"training loop {result['env_steps_per_s']:.0f} env-steps/s, "
        f"raw limit of one simulator {result['raw_steps_per_s']:.0f}, ratio {result['ratio']:.2f}",
        soft_wrap=True,
    )
    table = Table("% of the time", box=box.SIMPLE_HEAD)
    columns = ("simulation", "inference", "update", "checkpoint", "transport", "waiting", "other")
    for column in columns:
        table.add_column(column, justify="right")
    for process, parts in result["parts"].items():
        cells = (f"{100 * parts[column]:.1f}" if column in parts else "" for column in columns)
        table.add_row(process, *cells)
    console.print(table)
