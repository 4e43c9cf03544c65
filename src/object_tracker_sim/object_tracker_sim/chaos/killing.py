"""Carrying a schedule out, and how long each part and the training needed to come back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from object_tracker_agent.errors import UserError
from object_tracker_sim.chaos.launched import LaunchedTraining
from object_tracker_sim.chaos.schedule import Kill

LOOK_EVERY = 0.1  # [s]
FRESH = 3  # updates after which one was made of fragments from after the kill: at most two can wait in Redis
LOST_AFTER = 180.0  # [s] without recovery: the training does not go on by itself


@dataclass
class Killed:
    """A kill that was carried out."""

    kill: Kill
    pid: int
    at: float  # [s] monotonic
    update: int  # the newest one then
    others: int  # how many other parts were away
    back: float | None = None  # when a new process of the part was seen
    updates: int = 0  # lines of updates by then
    recovered: float | None = None  # when FRESH further updates were done

    @property
    def seconds(self) -> float:
        """Return how long it took from the kill until updates were done with the part back."""
        return (self.recovered or time.monotonic()) - self.at


class Killer:
    """Kills, and follows what comes back."""

    def __init__(self, training: LaunchedTraining, say: Callable[[str], None], most_seconds: float) -> None:
        """Give up `most_seconds` [s] from now."""
        self.killed: list[Killed] = []
        self._training = training
        self._say = say
        self._deadline = time.monotonic() + most_seconds

    def carry_out(self, schedule: list[Kill]) -> None:
        """Carry the whole schedule out. Raises UserError: the training ended, or did not recover."""
        for kill in schedule:
            if not kill.overlapping:
                self._wait(lambda: not self._away(), "the parts killed to come back")
                self._wait(partial(self._has_come_to, kill.update), "updates")
            self._pause(kill.delay)
            self._kill(kill)
        self._wait(lambda: not self._away(), "the parts killed to come back")

    def wait_for_end(self) -> int:
        """Return the exit status of the launch."""
        self._wait(lambda: self._training.ended() is not None, "the end", may_end=True)
        status = self._training.ended()
        assert status is not None
        return status

    def _kill(self, kill: Kill) -> None:
        self._wait(lambda: self._training.parts()[kill.part] != [], kill.part)
        pids = self._training.parts()[kill.part]
        if not pids:  # gone since
            return self._kill(kill)
        pid = pids[int(kill.delay * 1000) % len(pids)]
        others = len(self._away())
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # ended by itself meanwhile: no kill of ours
            return self._kill(kill)
        self.killed.append(Killed(kill, pid, time.monotonic(), self._training.newest, others))
        self._say(
            f"kill {len(self.killed)}: {kill.part} at update {self._training.newest}"
            + (f", {others} parts still away" if others else "")
        )

    def _has_come_to(self, update: int) -> bool:
        return self._training.newest >= update

    def _away(self) -> list[Killed]:
        return [one for one in self.killed if one.recovered is None]

    def _look(self) -> None:
        """See who is back."""
        away = self._away()
        if not away:
            return
        parts, now = self._training.parts(), time.monotonic()
        for one in away:
            if one.back is None and any(pid != one.pid for pid in parts[one.kill.part]):
                if one.pid not in parts[one.kill.part]:
                    one.back, one.updates = now, self._training.updates
            elif one.back is not None and self._training.updates >= one.updates + FRESH:
                one.recovered = now
                self._say(f"  {one.kill.part} killed at update {one.update}: back after {one.seconds:.1f} s")
            if now - one.at > LOST_AFTER:
                raise UserError(
                    f"{one.kill.part}, killed at update {one.update}, did not come back in {LOST_AFTER:.0f} s"
                )

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._look()
            time.sleep(min(left, LOOK_EVERY))

    def _wait(self, ready: Callable[[], bool], what: str, *, may_end: bool = False) -> None:
        while not ready():
            if not may_end and self._training.ended() is not None:
                raise UserError(
                    f"the launch ended with status {self._training.ended()} after {len(self.killed)} kills"
                )
            if time.monotonic() > self._deadline:
                raise UserError(f"waited too long for {what}, after {len(self.killed)} kills")
            self._look()
            time.sleep(LOOK_EVERY)
