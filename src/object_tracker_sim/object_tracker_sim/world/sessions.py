"""Who steps the simulation: one client at a time, every step once."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from object_tracker_msgs.srv import Step
from object_tracker_sim.world.refusal import Refusal


class Turn(enum.Enum):
    """What to do with a request that is not refused."""

    EXECUTE = enum.auto()
    REPEAT = enum.auto()
    """Send the last reply again: the client did not get it."""


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

    def judge(self, session: int, step: int, now: float) -> Turn | Refusal:
        """Return what to do with `step` of `session` arriving at `now`, or why it is refused."""
        if session == 0:
            return Refusal(Step.Response.INVALID, "session is 0: draw a random number for each client")
        if session != self._holder:
            return self._judge_newcomer(step, now)
        self._last_heard = now
        if step == self._last_step:
            return Turn.REPEAT
        if step == self._last_step + 1:
            return Turn.EXECUTE
        return Refusal(
            Step.Response.OUT_OF_ORDER,
            f"step number is {step}: it must be {self._last_step + 1}, "
            f"or {self._last_step} to have the last reply again",
        )

    def accept(self, session: int, step: int, now: float) -> None:
        """Note that `step` of `session` has been executed and answered at `now`."""
        self._holder = session
        self._last_step = step
        self._last_heard = now

    def note(self, session: int, step: int, now: float) -> None:
        """Note a `step` that the holder made by itself and that ended at `now`; known ones change nothing."""
        if session == self._holder and step > self._last_step:
            self.accept(session, step, now)

    def holds(self, session: int) -> bool:
        """Whether `session` holds the simulation."""
        return session == self._holder

    def leave(self, session: int) -> None:
        """Give the simulation free, if `session` holds it."""
        if session == self._holder:
            self._holder = 0

    def _judge_newcomer(self, step: int, now: float) -> Turn | Refusal:
        silent = now - self._last_heard
        held = self._holder != 0 and silent < self.takeover_after
        if step == 0 and not held:
            return Turn.EXECUTE
        if held:
            return Refusal(
                Step.Response.OTHER_CLIENT,
                "another client is stepping this simulation: start your own on another ROS_DOMAIN_ID, "
                f"or try again when that client has ended or been silent for {self.takeover_after:g} s",
            )
        if self._holder == 0:
            return Refusal(Step.Response.OUT_OF_ORDER, f"step number is {step}: a session begins with step 0")
        return Refusal(
            Step.Response.OTHER_CLIENT,
            "another client has taken this simulation over: begin a new session with step 0",
        )
