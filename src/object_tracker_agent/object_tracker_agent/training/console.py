"""What a training shows: a live line on a terminal, a plain line per update elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class ProgressDisplay:
    """Shows steps, steps/s, means of the last episodes and losses."""

    def __init__(self, steps: int, total_steps: int) -> None:
        self._total = total_steps
        self._bar: Progress | None = None
        if sys.stdout.isatty():
            self._bar = Progress(
                TextColumn("{task.completed:,.0f}/{task.total:,.0f} steps"),
                BarColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.description}"),
                console=Console(file=sys.stdout),
            )
            self._task = self._bar.add_task("waiting for experience", total=total_steps, completed=steps)
            self._bar.start()

    def show(self, row: Mapping[str, Any]) -> None:
        """Show an update's figures, by the names of progress.csv."""
        text = describe(row)
        if self._bar is not None:
            self._bar.update(self._task, completed=row["steps"], description=text)
            return
        percent = 100 * row["steps"] / self._total
        self.say(
            f"update {row['update']}: {row['steps']:,} of {self._total:,} steps ({percent:.0f} %), {text}"
        )

    def say(self, line: str) -> None:
        """Print a line; above the bar if there is one."""
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()


def describe(row: Mapping[str, Any]) -> str:
    """Return an update's figures in words."""
    parts = [f"{row['steps_per_second']:.0f} steps/s"]
    if row["reward"] is not None:
        parts.append(
            f"last 100 episodes: reward {row['reward']:.2f}, length {row['length']:.0f}, "
            f"success {100 * row['success']:.0f} %"
        )
    losses = {"policy": "policy_gradient_loss", "value": "value_loss", "locating": "locating_loss"}
    shown = [f"{word} {row[name]:.4f}" for word, name in losses.items() if row.get(name) is not None]
    parts.append(f"losses: {', '.join(shown)}")
    if row["fragments_dropped"]:
        parts.append(f"{row['fragments_dropped']} fragments dropped")
    return ", ".join(parts)
