"""What processes use of this machine, read from /proc (proc(5))."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Use:
    """What the parts used over a time."""

    seconds: float
    processors: dict[str, float]  # by part, mean number of processors; 1.0 is all of one
    busy: float  # 0 .. 1, of all processors of the machine, by whomever
    memory: dict[str, int]  # by part, most that was resident [byte]


class Meter:
    """Measures from its making on; `look` now and then for the memory."""

    def __init__(self, parts: Mapping[str, Iterable[int]]) -> None:
        """Begin; `parts` are process ids by the part's name. OSError where one has ended."""
        self._parts = {name: list(pids) for name, pids in parts.items()}
        self._begun = time.monotonic()
        self._cpu = {name: sum(map(_cpu_seconds, pids)) for name, pids in self._parts.items()}
        self._machine = _machine_seconds()
        self._memory = dict.fromkeys(self._parts, 0)
        self.look()

    def look(self) -> None:
        """Note how much memory is resident now."""
        for name, pids in self._parts.items():
            self._memory[name] = max(self._memory[name], sum(map(_resident, pids)))

    def use(self) -> Use:
        """Return what was used since the beginning."""
        self.look()
        seconds = time.monotonic() - self._begun
        spent = {name: sum(map(_cpu_seconds, pids)) for name, pids in self._parts.items()}
        busy, idle = (now - then for now, then in zip(_machine_seconds(), self._machine, strict=True))
        processors = {name: (spent[name] - self._cpu[name]) / seconds for name in spent}
        return Use(seconds, processors, busy / max(busy + idle, 1e-9), dict(self._memory))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def _machine_seconds() -> tuple[float, float]:
    """Return how long all processors have been busy and idle."""
    fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / _TICK, idle / _TICK
