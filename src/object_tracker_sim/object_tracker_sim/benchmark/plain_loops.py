"""What the machine gives to two programs at once, whatever they are: processes that only compute."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from types import TracebackType

from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import tied

PER_STEP = 50_000
"""Turns of the loop in place of one batched step: a few milliseconds."""
GRACE = 10.0
"""[s] for a process to end."""

_PROGRAM = """
import sys
for line in sys.stdin:
    left = int(line)
    while left:
        left -= 1
    print(flush=True)
"""


class PlainLoops:
    """Processes with one loop each and hardly any memory. They end with the thread that made them.

    Two processors that are not two whole ones (threads of one core, a share of a busy machine) do less than
    twice the work of one, and two simulators can do no better.
    """

    def __init__(self, number: int) -> None:
        """Start `number` of them."""
        self._processes = [
            subprocess.Popen(
                tied([sys.executable, "-S", "-c", _PROGRAM]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            for _ in range(number)
        ]

    def run(self, steps: int, number: int) -> float:
        """Let the first `number` do what stands for `steps` steps each; return how long that took [s].

        Raises UserError: a process has ended.
        """
        chosen = self._processes[:number]
        begin = time.perf_counter()
        with contextlib.suppress(BrokenPipeError):  # which reading shows
            for process in chosen:
                assert process.stdin is not None
                process.stdin.write(b"%d\n" % (steps * PER_STEP))
                process.stdin.flush()
        for process in chosen:
            assert process.stdout is not None
            if not process.stdout.readline():
                raise UserError("a process that only computes has ended during the benchmark")
        return time.perf_counter() - begin

    def __enter__(self) -> PlainLoops:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End them."""
        for process in self._processes:
            process.kill()
            process.wait(GRACE)
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
