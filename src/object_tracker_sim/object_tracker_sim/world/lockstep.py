"""The service ~/step: time moves when a client says so."""

from __future__ import annotations

import time
from array import array
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
    """

    def __init__(
        self, supervisor: Supervisor, commands: Commands, *, arenas: int, takeover_after: float
    ) -> None:
        self._supervisor = supervisor
        self._commands = commands
        self._sessions = Sessions(takeover_after)
        self._last: LastReply | None = None
        self._buffers: dict[bool, ReplyBuffer] = {}
        self._interrupted = [""] * arenas
        self.unpublished: SimulatorState | None = None
        """The state of the last step until it is published, which can wait; the reply cannot."""

    @property
    def frame_memory(self) -> FrameMemory | None:
        """Where the frames of the last reply are."""
        return None if self._last is None else self._last.state.memory

    def interrupt(self, reason: str) -> None:
        """Mark the episodes of all arenas as interrupted until each is reset."""
        self._interrupted = [reason] * len(self._interrupted)

    def release(self, session: int) -> None:
        """Let the next client begin at once if `session` holds the simulation: its client has gone."""
        self._sessions.leave(session)

    def answer(
        self, request: Any, response: Any, *, frames: bool = True, directly: FrameMemory | None = None
    ) -> Any | None:
        """Execute one Step `request`; return the reply, which is `response` only if it is a refusal.

        Without `frames` the reply has none: the client reads them where they are. With `directly`, what
        the client shares with some simulator, that tells it if all goes well, and None is returned.
        """
        response.step = request.step
        if request.leave:
            self._sessions.leave(request.session)
            response.success = True
            return response
        turn = self._sessions.judge(request.session, request.step, time.monotonic())
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
            told = self._execute(plan, request if self._can_tell(directly, plan) else None)
        except RequestError as error:
            return Refusal(Step.Response.INVALID, str(error)).write(response)
        self._sessions.accept(request.session, request.step, time.monotonic())
        self._last = LastReply(request.step, supervisor.state, list(self._interrupted), supervisor.restarts)
        return None if told else self._reply(self._last, frames)

    def _can_tell(self, directly: FrameMemory | None, plan: StepPlan) -> bool:
        """Whether a client that shares `directly` with a simulator can be told of a step by that."""
        supervisor = self._supervisor
        if directly is None or not supervisor.running or supervisor.state is None:
            return False
        reset = {each.arena for each in plan.resets}
        interrupted = any(reason and arena not in reset for arena, reason in enumerate(self._interrupted))
        return directly is supervisor.state.memory and not interrupted

    def _reply(self, last: LastReply, frames: bool) -> Any:
        buffer = self._buffers.get(frames)
        if buffer is None:
            buffer = self._buffers[frames] = ReplyBuffer(last.state, frames)
        buffer.fill(last)
        return buffer.message

    def _execute(self, plan: StepPlan, told: Any | None) -> bool:
        """Carry `plan` out; return whether the simulator has told the client of the request `told` of it."""
        supervisor, commands = self._supervisor, self._commands
        if not supervisor.running and not supervisor.wait_running(RESTART_WAIT):
            return False  # the arenas are interrupted, and stay so
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
                client=None if told is None else (told.session, told.step),
            )
        except SimulatorDown:
            return False  # the arenas are interrupted by now
        for reset in plan.resets:
            self._interrupted[reset.arena] = ""
        return told is not None


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
