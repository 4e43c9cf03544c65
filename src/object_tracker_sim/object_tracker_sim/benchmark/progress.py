"""How far the benchmark is: a bar on a terminal, lines elsewhere; on standard error."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class Steps:
    """Progress over a known number of pieces of work."""

    def __init__(self, total: int) -> None:
        """Show nothing yet of `total` pieces."""
        self._console = Console(stderr=True, highlight=False)
        self._bar: Progress | None = None
        if self._console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Steps:
        """Begin."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()

    def say(self, text: str) -> None:
        """Say what comes next."""
        if self._bar is not None:
            self._bar.update(self._task, description=text)
        else:
            self._console.print(text, soft_wrap=True)

    def advance(self, pieces: int = 1) -> None:
        """Note that so many pieces are done."""
        if self._bar is not None:
            self._bar.advance(self._task, pieces)
