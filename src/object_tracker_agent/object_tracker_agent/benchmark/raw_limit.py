"""The raw limit of a simulator, measured by object_tracker_sim's program of that name."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
from types import TracebackType

from object_tracker_agent.benchmark.child_errors import last_error
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import tied
from object_tracker_agent.simulation.executables import find_executable

GRACE = 10.0  # [s] to end in order


class RawLimit:
    """One simulator that steps by itself when it is asked to. Ends with the thread that made it."""

    def __init__(self, preset: str, arenas: int, world: str) -> None:
        """Start it, in the world that the training is in; `measure` waits until it is up.

        Raises UserError: object_tracker_sim is not installed.
        """
        program = find_executable("object_tracker_sim", "raw_limit")
        self._arenas = arenas
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            tied([str(program), "--preset", preset, "--arenas", str(arenas), "--world", world], "TERM"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self._ready = False

    def measure(self, steps: int) -> float:
        """Return the env-steps/s of `steps` batched steps. Raises UserError if the simulator fails."""
        if not self._ready:
            self._read()
            self._ready = True
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended, which reading shows
            print(steps, file=self._process.stdin, flush=True)
        return self._arenas * steps / self._read()

    def _read(self) -> float:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise UserError(f"the raw limit cannot be measured: {last_error(self._errors)}")
        return float(json.loads(line)["seconds"])

    def __enter__(self) -> RawLimit:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it and wait until it is gone."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        with contextlib.suppress(OSError):
            self._process.communicate()
        self._errors.close()
