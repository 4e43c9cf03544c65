"""Runs one launch description until nothing of it is left running."""

from __future__ import annotations

import queue
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from launch._core import Action, LaunchContext, LaunchDescription
from launch._output import Output
from launch._process import ExecuteProcess


class LaunchService:
    """One launch. Everything happens in the thread that calls `run`; other threads and signals post to it."""

    def __init__(self, argv: list[str], *, noninteractive: bool) -> None:
        self.output = Output()
        self.running: list[ExecuteProcess] = []
        self.shutting_down = False
        self.event: Any = None  # the event being handled
        self._context = LaunchContext(self, argv)
        self._noninteractive = noninteractive
        self._status = 0
        self._interrupted = False
        # Its put() may be called from a signal handler.
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def run(self, entity: Action | LaunchDescription) -> int:
        """Visit the description, wait for its processes, return the exit status."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGQUIT, self._on_signal)
        self._guarded(lambda: self._context.visit(entity))
        while self.running:
            deadlines = [due for process in self.running if (due := process.next_deadline()) is not None]
            patience = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
            try:
                self._guarded(self._posted.get(timeout=patience))
            except queue.Empty:
                for process in list(self.running):
                    process.escalate(self)
        return self._status

    def post(self, call: Callable[[], None]) -> None:
        """Have `call` made by the thread that runs the launch."""
        self._posted.put(call)

    def emit(self, event: Any) -> None:
        """Let the registered handlers act on an event."""
        self.event = event
        try:
            self._context.handle(event)
        finally:
            self.event = None

    def shut_down(self, *, due_to_sigint: bool = False) -> None:
        """Stop every process. A terminal's Ctrl-C has reached them already; nothing else has."""
        if self.shutting_down:
            return
        self.shutting_down = True
        for process in list(self.running):
            process.stop(self, send_sigint=not due_to_sigint or self._noninteractive)

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # whatever a launch file raises ends its launch
            message = f"Caught exception in launch (see debug for traceback): {error}"
            self.output.say("ERROR", "launch", message)
            self._status = 1
            self.shut_down()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        self.post(self._interrupt if number == signal.SIGINT else lambda: self._terminate(name))

    def _interrupt(self) -> None:
        again = " again, ignoring..." if self._interrupted else ""
        self.output.say("WARNING", "launch", f"user interrupted with ctrl-c (SIGINT){again}")
        self._interrupted = True
        self.shut_down(due_to_sigint=True)

    def _terminate(self, name: str) -> None:
        # The real one ends at once here and leaves its processes behind; this one takes them along.
        self.output.say("ERROR", "launch", f"user interrupted with ctrl-\\ ({name}), terminating...")
        self._status = 1
        self.shut_down()
