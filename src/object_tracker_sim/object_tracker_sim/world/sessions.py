"""Who steps the simulation: one client at a time, every step once."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from object_tracker_agent.ros.step_errors import OTHER_CLIENT


class Turn(enum.Enum):
    """What to do with a request."""

    EXECUTE = enum.auto()
    REPEAT = enum.auto()
    """Send the last reply again: the client did not get it."""
    REFUSE = enum.auto()


@dataclass
class Sessions:
    """The session that holds the simulation.

    A session is a number drawn by the client; its steps are numbered 0, 1, 2, … . The first step takes a
    free simulation, or one whose holder has been silent for `takeover_after` [s]. Times are of a monotonic
    clock [s].
    """

    takeover_after: float
    _holder: int = 0
    _last_step: int = -1
    _last_heard: float = 0.0

    def judge(self, session: int, step: int, now: float) -> tuple[Turn, str]:
        """Return what to do with `step` of `session` arriving at `now`, and the reason of a refusal."""
        if session == 0:
            return Turn.REFUSE, "session is 0: draw a random number for each client"
        if session != self._holder:
            return self._judge_newcomer(step, now)
        self._last_heard = now
        if step == self._last_step:
            return Turn.REPEAT, ""
        if step == self._last_step + 1:
            return Turn.EXECUTE, ""
        return Turn.REFUSE, (
            f"step number is {step}: it must be {self._last_step + 1}, "
            f"or {self._last_step} to have the last reply again"
        )

    def accept(self, session: int, step: int, now: float) -> None:
        """Note that `step` of `session` has been executed and answered at `now`."""
        self._holder = session
        self._last_step = step
        self._last_heard = now

    def release(self, session: int) -> None:
        """Make the simulation free if `session` holds it: the next newcomer need not wait."""
        if session == self._holder:
            self._holder = 0

    def _judge_newcomer(self, step: int, now: float) -> tuple[Turn, str]:
        silent = now - self._last_heard
        held = self._holder != 0 and silent < self.takeover_after
        if step == 0 and not held:
            return Turn.EXECUTE, ""
        if held:
            return Turn.REFUSE, (
                f"{OTHER_CLIENT} is stepping this simulation: start your own on another ROS_DOMAIN_ID, "
                f"or try again when that client has been silent for {self.takeover_after:g} s"
            )
        if self._holder == 0:
            return Turn.REFUSE, f"step number is {step}: a session begins with step 0"
        return Turn.REFUSE, f"{OTHER_CLIENT} has taken this simulation over: begin a new session with step 0"
