"""The ledger of a rollout worker: how many fragments each of its lives has made, in files that outlive it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from object_tracker_agent.checkpoints.lives import life_name, split_life
from object_tracker_agent.training.names import WORKER_NAME

_DIGITS = 16


class Ledger:
    """One file per life, WORKER-INCARNATION, with one number in it.

    Written before a fragment is sent: whatever is killed then, the fragment is known to have been made. A
    write into the file's one line needs no new room on the disk. Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._descriptor: int | None = None

    def lives(self) -> dict[str, int]:
        """Return what this worker's lives so far have made."""
        if self._folder is None:
            return {}
        found = read_ledgers(self._folder)
        return {life: made for life, made in found.items() if split_life(life)[0] == self._worker}

    def begin(self, incarnation: int) -> bool:
        """Begin the file of a life; False if there has been such a life. Raises OSError."""
        if self._folder is None:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._worker}-{incarnation}"
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            return False
        self.write(0)
        return True

    def write(self, made: int) -> None:
        """Note how many fragments this life has made. Raises OSError."""
        if self._descriptor is not None:
            os.pwrite(self._descriptor, f"{made:0{_DIGITS}d}\n".encode(), 0)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def read_ledgers(folder: Path) -> dict[str, int]:
    """Return how many fragments each life has made that has a file in `folder`, by life_name."""
    found = {}
    for path in folder.glob("*-*"):
        worker, _, number = path.name.rpartition("-")
        with contextlib.suppress(OSError, ValueError):  # somebody else's file
            if WORKER_NAME.fullmatch(worker) and number.isascii() and number.isdecimal():
                life = life_name(worker, int(number))
                split_life(life)
                with path.open("rb") as file:
                    found[life] = int(file.read(_DIGITS + 1) or b"0")
    return found
