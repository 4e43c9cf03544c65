"""The service ~/step: time moves when a client says so."""

from __future__ import annotations

import socket
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from object_tracker_msgs.srv import Step
from object_tracker_sim.simulator import FrameMemory, RequestError, SimulatorState
from object_tracker_sim.world.commands import BURGER, WAFFLE, Commands
from object_tracker_sim.world.refusal import Refusal
from object_tracker_sim.world.requests import StepPlan, plan_step
from object_tracker_sim.world.sessions import Sessions, Turn
from object_tracker_sim.world.supervision import SimulatorDown, Supervisor

RESTART_WAIT = 4.0
"""[s] A step waits this long for a simulator that is being restarted before it answers without one."""


@dataclass(frozen=True)
class LastReply:
    """What the last step led to; the state's arrays stay as they are until the next step."""

    step: int
    state: SimulatorState
    interrupted: list[str]
    restarts: int


class Lockstep:
    """Answers Step requests and keeps the last reply, which a client that did not get it asks for again.

    Args:
        supervisor: The simulator.
        commands: The velocities the robots hold.
        arenas: Their number N.
        takeover_after: [s] of a client's silence after which another may step.
        may_lend: Whether nobody but the stepping client need know of a step.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        commands: Commands,
        *,
        arenas: int,
        takeover_after: float,
        may_lend: Callable[[], bool] = lambda: False,
    ) -> None:
        self._supervisor = supervisor
        self._commands = commands
        self._sessions = Sessions(takeover_after)
        self._last: LastReply | None = None
        self._buffers: dict[bool, ReplyBuffer] = {}
        self._interrupted = [""] * arenas
        self._may_lend = may_lend
        self._lent_to = 0  # the session that steps the simulator by itself
        self.unpublished: SimulatorState | None = None
        """The state of the last step until it is published, which can wait; the reply cannot."""

    @property
    def frame_memory(self) -> FrameMemory | None:
        """Where the frames of the last reply are."""
        return None if self._last is None else self._last.state.memory

    def interrupt(self, reason: str) -> None:
        """Mark the episodes of all arenas as interrupted until each is reset: the simulator has failed."""
        self._follow(self._lent_to)
        self._lent_to = 0
        self._interrupted = [reason] * len(self._interrupted)

    def release(self, session: int) -> None:
        """Let the next client begin at once if `session` holds the simulation: its client has gone."""
        if session == self._lent_to:
            self.take_back()
        self._sessions.leave(session)

    def answer(self, request: Any, response: Any, *, frames: bool = True) -> Any:
        """Execute one Step `request`; return the reply, which is `response` only if it is a refusal.

        Without `frames` the reply has none: the client reads them where they are.
        """
        response.step = request.step
        if request.leave:
            self.release(request.session)
            response.success = True
            return response
        turn = self._judge(request)
        if isinstance(turn, Turn) and self._lent_to:
            self.take_back()
            turn = self._judge(request)  # there may have been a step meanwhile
        if isinstance(turn, Refusal):
            return turn.write(response)
        if turn is Turn.REPEAT and self._last is not None:
            return self._reply(self._last, frames)
        supervisor = self._supervisor
        if supervisor.description is None or supervisor.state is None:
            return Refusal(Step.Response.NOT_READY, supervisor.reason).write(response)
        try:
            plan = plan_step(
                request, arenas=len(self._interrupted), physics_step=supervisor.description.physics_step
            )
            self._execute(plan)
        except RequestError as error:
            return Refusal(Step.Response.INVALID, str(error)).write(response)
        self._sessions.accept(request.session, request.step, time.monotonic())
        self._last = LastReply(request.step, supervisor.state, list(self._interrupted), supervisor.restarts)
        return self._reply(self._last, frames)

    def lend(self, session: int) -> socket.socket | None:
        """Let the client with `session` step the simulator by itself, if nothing is out of the ordinary.

        Returns:
            What it needs for that. It ends when the node has to do with the simulator again.
        """
        supervisor, last = self._supervisor, self._last
        if not self._may_lend() or not supervisor.running or last is None or any(self._interrupted):
            return None
        if self._lent_to or not self._sessions.holds(session):
            return None
        try:
            given = supervisor.lend(session, last.step + 1)
        except SimulatorDown:
            return None  # the next step tells
        self._lent_to = session
        return given

    def take_back(self) -> None:
        """End what `lend` began, if it did, and know what the client has done."""
        session = self._lent_to
        if not session:
            return
        try:
            waffles, burgers = self._supervisor.take_back()
        except SimulatorDown:
            return  # `interrupt` has seen to it
        self._lent_to = 0
        self._commands.set_all(WAFFLE, waffles)
        self._commands.set_all(BURGER, burgers)
        self._follow(session)

    def _follow(self, session: int) -> None:
        """Take over what `session` has done by itself; the supervisor's state is up to date."""
        supervisor = self._supervisor
        done = supervisor.last_lent_step()
        if not session or done is None or supervisor.state is None or self._last is None:
            return
        if done.session == session and done.step > self._last.step:
            self._sessions.accept(session, done.step, done.ended)
            self._last = LastReply(
                done.step, supervisor.state, [""] * len(self._interrupted), supervisor.restarts
            )

    def _judge(self, request: Any) -> Turn | Refusal:
        done = self._supervisor.last_lent_step() if self._lent_to else None
        if done is not None and done.session == self._lent_to:
            self._sessions.note(done.session, done.step, done.ended)
        return self._sessions.judge(request.session, request.step, time.monotonic())

    def _reply(self, last: LastReply, frames: bool) -> Any:
        buffer = self._buffers.get(frames)
        if buffer is None:
            buffer = self._buffers[frames] = ReplyBuffer(last.state, frames)
        buffer.fill(last)
        return buffer.message

    def _execute(self, plan: StepPlan) -> None:
        supervisor, commands = self._supervisor, self._commands
        if not supervisor.running and not supervisor.wait_running(RESTART_WAIT):
            return  # the arenas are interrupted, and stay so
        held = commands.copy()
        if plan.resets:
            commands.stop([reset.arena for reset in plan.resets])
        commands.set_all(WAFFLE, plan.waffle_command)
        commands.set_all(BURGER, plan.burger_command)
        try:
            self.unpublished = supervisor.step(
                plan.iterations,
                resets=plan.resets,
                waffle_command=commands.of(WAFFLE),
                burger_command=commands.of(BURGER),
            )
        except SimulatorDown:
            return  # the arenas are interrupted by now
        except RequestError:  # what only the simulator knows to be wrong, as a look that cannot be
            commands.restore(held)
            raise
        for reset in plan.resets:
            self._interrupted[reset.arena] = ""


class ReplyBuffer:
    """One Step reply whose arrays are written in place: one copy between the simulator and ROS."""

    def __init__(self, state: SimulatorState, frames: bool) -> None:
        """Make a reply for states like `state`, with or without its frames."""
        _, height, width, channels = state.frames.shape
        self.message = Step.Response(success=True, height=height, width=width, channels=channels)
        names = ["contacts", "waffle_pose", "waffle_twist", "burger_pose", "burger_twist"]
        if frames:
            names.append("frames")
        self._arrays = {name: self._array(name, getattr(state, name)) for name in names}

    def fill(self, last: LastReply) -> None:
        """Write `last` into the message."""
        message, state = self.message, last.state
        message.stamp.sec, message.stamp.nanosec = divmod(state.time_ns, 1_000_000_000)
        message.step = last.step
        message.restarts = last.restarts
        message.interrupted = last.interrupted
        for name, array_ in self._arrays.items():
            array_[:] = getattr(state, name)

    def _array(self, field: str, like: NDArray[Any]) -> NDArray[Any]:
        """Give `field` of the message an array as large as `like`; return a writable view of it."""
        setattr(self.message, field, array(like.dtype.char, bytes(like.nbytes)))
        # The setter may have copied: look at what the message really holds.
        return np.frombuffer(getattr(self.message, field), dtype=like.dtype).reshape(like.shape)
