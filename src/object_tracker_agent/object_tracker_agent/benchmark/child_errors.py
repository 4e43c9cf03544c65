"""Why one of the benchmark's processes has ended."""

from __future__ import annotations

from typing import IO


def last_error(log: IO[bytes]) -> str:
    """Return the error line in the output of a process, or the last line there is."""
    log.seek(0)
    lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return errors[-1] if errors else lines[-1] if lines else "it said nothing"
