"""The service ~/step: time moves when a client says so."""

from __future__ import annotations

import time
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from object_tracker_msgs.srv import Step
from object_tracker_sim.simulator import RequestError, SimulatorState
from object_tracker_sim.world.commands import BURGER, WAFFLE, Commands
from object_tracker_sim.world.requests import StepPlan, plan_step
from object_tracker_sim.world.sessions import Sessions, Turn
from object_tracker_sim.world.supervision import SimulatorDown, Supervisor

RESTART_WAIT = 4.0
"""[s] A step waits this long for a simulator that is being restarted before it answers without one."""


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
        self._reply: ReplyBuffer | None = None
        self._interrupted = [""] * arenas
        self.unpublished: SimulatorState | None = None
        """The state of the last step until it is published, which can wait; the reply cannot."""

    def interrupt(self, reason: str) -> None:
        """Mark the episodes of all arenas as interrupted until each is reset."""
        self._interrupted = [reason] * len(self._interrupted)

    def answer(self, request: Any, response: Any) -> Any:
        """Execute one Step `request`; return the reply, which is `response` only if it is a refusal."""
        turn, reason = self._sessions.judge(request.session, request.step, time.monotonic())
        if turn is Turn.REPEAT and self._reply is not None:
            return self._reply.message
        if turn is not Turn.EXECUTE:
            return _refuse(response, reason)
        supervisor = self._supervisor
        if supervisor.description is None or supervisor.state is None:
            return _refuse(response, supervisor.reason)
        try:
            plan = plan_step(
                request, arenas=len(self._interrupted), physics_step=supervisor.description.physics_step
            )
            self._execute(plan)
        except RequestError as error:
            return _refuse(response, str(error))
        self._sessions.accept(request.session, request.step, time.monotonic())
        if self._reply is None:
            self._reply = ReplyBuffer(supervisor.state)
        self._reply.fill(supervisor.state, self._interrupted, supervisor.restarts)
        return self._reply.message

    def _execute(self, plan: StepPlan) -> None:
        supervisor, commands = self._supervisor, self._commands
        if not supervisor.running and not supervisor.wait_running(RESTART_WAIT):
            return  # the arenas are interrupted, and stay so
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
        for reset in plan.resets:
            self._interrupted[reset.arena] = ""


class ReplyBuffer:
    """One Step reply whose arrays are written in place: one copy between the simulator and ROS."""

    def __init__(self, state: SimulatorState) -> None:
        _, height, width, channels = state.frames.shape
        self.message = Step.Response(success=True, height=height, width=width, channels=channels)
        self._frames = self._array("frames", "B", state.frames)
        self._contacts = self._array("contacts", "B", state.contacts)
        self._waffle_pose = self._array("waffle_pose", "d", state.waffle_pose)
        self._waffle_twist = self._array("waffle_twist", "d", state.waffle_twist)
        self._burger_pose = self._array("burger_pose", "d", state.burger_pose)
        self._burger_twist = self._array("burger_twist", "d", state.burger_twist)

    def fill(self, state: SimulatorState, interrupted: list[str], restarts: int) -> None:
        """Write `state` into the message."""
        message = self.message
        message.stamp.sec, message.stamp.nanosec = divmod(state.time_ns, 1_000_000_000)
        message.restarts = restarts
        message.interrupted = list(interrupted)
        self._frames[:] = state.frames
        self._contacts[:] = state.contacts
        self._waffle_pose[:] = state.waffle_pose
        self._waffle_twist[:] = state.waffle_twist
        self._burger_pose[:] = state.burger_pose
        self._burger_twist[:] = state.burger_twist

    def _array(self, field: str, typecode: str, like: NDArray[Any]) -> NDArray[Any]:
        """Give `field` of the message an array as large as `like`; return a writable view of it."""
        setattr(self.message, field, array(typecode, bytes(like.nbytes)))
        # The setter may have copied: look at what the message really holds.
        return np.frombuffer(getattr(self.message, field), dtype=like.dtype).reshape(like.shape)


def _refuse(response: Any, reason: str) -> Any:
    response.success = False
    response.message = reason
    return response
