"""The client of a simulation's lock-step service."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import rclpy
from numpy.typing import NDArray

from object_tracker_agent.memory import keep_freed_memory
from object_tracker_agent.ros.calls import call, wait_for_server
from object_tracker_agent.ros.direct_line import DirectState, DirectStep, LineBroken
from object_tracker_agent.ros.direct_reset import pack_resets
from object_tracker_agent.ros.local_line import LocalLine
from object_tracker_agent.ros.step_errors import SimulationLost, StepRefused
from object_tracker_agent.ros.step_messages import (
    direct_reply,
    flat,
    frame_bytes,
    reply_of,
    reset_message,
    with_images,
)
from object_tracker_agent.ros.step_types import ArenaStart, SimulationDescription, StepReply
from object_tracker_agent.ros.transport import stay_on_loopback
from object_tracker_agent.ros.waiting import Waiting
from object_tracker_msgs.srv import DescribeSimulation, Step

TAKEOVER_POLL = 0.5
"""[s] How often a new session asks for a simulation that another one still holds."""
LEAVE_TIMEOUT = 1.0
"""[s] A goodbye waits this long for its answer; without it, others have to wait for takeover_after."""

_numbers = itertools.count()


class StepClient:
    """Steps one running simulation (node `world`) through its services.

    It has a ROS context, node and session of its own; not to be shared between threads. One client steps
    a simulation at a time: the first `step` takes over from a client that was closed, or has been silent for
    `SimulationDescription.takeover_after`, waiting that long if it must.

    Args:
        domain_id: ROS domain of the simulation; None: ROS_DOMAIN_ID, or 0.
        namespace: Namespace of the node `world`, "" for none.
        timeout: [s] of wall clock after which a call without an answer has failed.
        local_socket: False: step by the ROS service though there is a local socket.
    """

    def __init__(
        self,
        domain_id: int | None = None,
        namespace: str = "",
        *,
        timeout: float = 10.0,
        local_socket: bool = True,
    ) -> None:
        stay_on_loopback(os.environ)
        keep_freed_memory()
        self._timeout = timeout
        self._may_hold = False  # the simulation, as far as we know
        self._description: SimulationDescription | None
        self._context = rclpy.Context()
        # No arguments: remapping rules of the program we are part of are not meant for this node.
        self._context.init(args=[], initialize_logging=False, domain_id=domain_id)
        self._node = rclpy.create_node(
            f"step_client_{os.getpid()}_{next(_numbers)}",
            context=self._context,
            use_global_arguments=False,
            enable_rosout=False,
            start_parameter_services=False,
        )
        prefix = f"/{namespace.strip('/')}" if namespace.strip("/") else ""
        self._step = self._node.create_client(Step, f"{prefix}/world/step")
        self._describe = self._node.create_client(DescribeSimulation, f"{prefix}/world/describe")
        self._local_socket = local_socket
        self._begin_session()
        self._step_reply = Waiting(self._context, clients=[self._step])
        self._describe_reply = Waiting(self._context, clients=[self._describe])

    def __enter__(self) -> StepClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the simulation free for others and leave the domain. Safe to call twice."""
        if self._context.ok():
            self._leave()
            self._step_reply.close()
            self._describe_reply.close()
            self._node.destroy_node()
            self._context.shutdown()

    def describe(self) -> SimulationDescription:
        """Ask the simulation what it is. Raises SimulationLost if it does not answer within the time-out."""
        if not wait_for_server(self._describe, self._timeout):
            raise SimulationLost(
                f"no simulation on ROS domain {self._context.get_domain_id()} within {self._timeout:g} s: "
                "start one with `ros2 launch object_tracker_sim world.launch.py`, or set its ROS_DOMAIN_ID"
            )
        reply = call(self._describe, self._describe_reply, DescribeSimulation.Request(), self._timeout)
        description = SimulationDescription(
            **{name: getattr(reply, name) for name in SimulationDescription.__dataclass_fields__}
        )
        self._description = description if description.ready else None
        if self._local_socket and description.ready and description.local_socket != self._line_path:
            self._connect(description.local_socket)
        return description

    def wait_ready(self, timeout: float) -> SimulationDescription:
        """Wait until the simulation can be stepped and return what it is.

        Raises SimulationLost if that takes longer than `timeout` [s].
        """
        deadline = time.monotonic() + timeout
        domain_id = self._context.get_domain_id()
        reason = f"nobody is there on ROS domain {domain_id}; set ROS_DOMAIN_ID to the simulation's"
        while (remaining := deadline - time.monotonic()) > 0.0:
            if wait_for_server(self._describe, min(remaining, 1.0)):
                try:
                    description = self.describe()
                except SimulationLost as error:  # it may be starting again
                    reason = str(error)
                    continue
                if description.ready and wait_for_server(self._step, remaining):
                    return description
                reason = description.message
                time.sleep(0.05)
        raise SimulationLost(f"the simulation was not ready within {timeout:g} s: {reason}")

    def step(
        self,
        duration: float,
        *,
        resets: Sequence[ArenaStart] = (),
        waffle_command: NDArray[np.float64] | None = None,
        burger_command: NDArray[np.float64] | None = None,
        copy_frames: bool = True,
        half_channels: int = 0,
        on_state: Callable[[StepReply], None] | None = None,
    ) -> StepReply:
        """Reset arenas, hold the commands for `duration` of simulated time, and return what is then.

        Args:
            duration: [s], a multiple of the physics step; 0 resets and looks only.
            resets: Arenas to put to a start before anything moves, each at most once.
            waffle_command: linear.x [m/s] and angular.z [rad/s] per arena. Shape: (N, 2).
                None: the last ones.
            burger_command: As `waffle_command`.
            copy_frames: False: the reply's frames may be memory that the next step overwrites.
            half_channels: 3 or 1: images of half the size would be of use, RGB or luminance; the reply has
                them where the simulator makes them.
            on_state: called, where the simulator tells it early, with the reply as far as it is known while
                the images are still being made: it has no frames yet. Should that step fail after all, the
                reply will be another, in which the arenas that were under way are interrupted. What it
                raises is raised when the step is complete.

        Raises:
            StepRefused: The request was not valid, and nothing has happened.
            SimulationLost: The simulation has gone, does not answer, or is another client's.
        """
        with self._unless_interrupted():
            description = self._description or self.wait_ready(self._timeout)
            packed = None if self._line is None else pack_resets(resets)
            if packed is not None:
                wanted = DirectStep(
                    self._next_step, float(duration), waffle_command, burger_command, packed, half_channels
                )
                reply = self._step_directly(wanted, description, on_state)
                if reply is not None:
                    return replace(reply, frames=reply.frames.copy()) if copy_frames else reply
            request = self._request
            request.step = self._next_step
            request.duration = float(duration)
            request.resets = [reset_message(start) for start in resets]
            request.waffle_command = flat(waffle_command)
            request.burger_command = flat(burger_command)
            self._may_hold = True
            response, frames = self._exchange(request, description)
            if not response.success and self._next_step == 0:
                response, frames = self._wait_for_turn(response, frames, description)
            if not response.success:
                if response.code == Step.Response.OTHER_CLIENT:
                    self._may_hold = False
                    raise SimulationLost(response.message)
                raise StepRefused(response.message)
            self._next_step += 1
            return reply_of(response, frames.copy() if copy_frames else frames, description)

    @contextlib.contextmanager
    def _unless_interrupted(self) -> Iterator[None]:
        """Begin a new session after a Ctrl-C: whether the step under way was made is not known."""
        try:
            yield
        except Exception:
            raise
        except BaseException:
            self._leave()
            self._begin_session()
            raise

    def _begin_session(self) -> None:
        """Count steps from 0, as somebody the simulation does not know."""
        self._line: LocalLine | None = None
        self._line_path = ""  # the one tried last
        self._session = secrets.randbelow(2**64 - 1) + 1
        self._next_step = 0
        self._description = None
        self._request = Step.Request(session=self._session)

    def _connect(self, path: str) -> None:
        self._line_path = path
        if self._line is not None:
            self._line.close()
        try:
            self._line = LocalLine(path) if path else None
        except LineBroken:  # another machine, container or user: the service it is
            self._line = None

    def _step_directly(
        self,
        wanted: DirectStep,
        description: SimulationDescription,
        on_state: Callable[[StepReply], None] | None,
    ) -> StepReply | None:
        """Have the simulator itself make a step; None: the world node is to be asked."""
        assert self._line is not None
        if description.height % 2 or description.width % 2:
            wanted = replace(wanted, half_channels=0)
        early: list[StepReply] = []
        raised: list[Exception] = []

        def hear(state: DirectState) -> None:
            try:
                early.append(direct_reply(state, description))
                on_state(early[0])  # type: ignore[misc]
            except Exception as error:  # the simulator's answer comes all the same
                raised.append(error)

        try:
            told = self._line.step_directly(wanted, self._timeout, None if on_state is None else hear)
        except TimeoutError:
            self._line = None
            raise SimulationLost(f"the simulation did not answer within {self._timeout:g} s") from None
        if told is not None:
            self._next_step += 1
        if raised:
            raise raised[0]
        if told is None:
            return None
        state, memory = told
        reply = early[0] if early else direct_reply(state, description)
        return with_images(reply, memory, description, wanted.half_channels)

    def _exchange(self, request: Any, description: SimulationDescription) -> tuple[Any, NDArray[np.uint8]]:
        """Return the reply and its frames, by the local socket if there is one, else by the service."""
        if self._line is not None:
            try:
                response, memory = self._line.call(request, self._timeout)
                return response, memory[: frame_bytes(description)]
            except LineBroken:
                self._line = None
            except TimeoutError:
                self._line = None
                raise SimulationLost(f"the simulation did not answer within {self._timeout:g} s") from None
        response = call(self._step, self._step_reply, request, self._timeout)
        return response, np.frombuffer(response.frames, dtype=np.uint8)

    def _wait_for_turn(
        self, response: Any, frames: NDArray[np.uint8], description: SimulationDescription
    ) -> tuple[Any, NDArray[np.uint8]]:
        """Ask again until a client that has ended without a word counts as silent."""
        deadline = time.monotonic() + description.takeover_after + TAKEOVER_POLL
        while response.code == Step.Response.OTHER_CLIENT and time.monotonic() < deadline:
            time.sleep(TAKEOVER_POLL)
            response, frames = self._exchange(self._request, description)
        return response, frames

    def _leave(self) -> None:
        """Say goodbye, if the simulation may be ours and is there to hear it."""
        if self._line is not None:
            self._line.close()  # which says it
            return
        if not self._may_hold or not self._step.service_is_ready():
            return
        self._may_hold = False
        goodbye = Step.Request(session=self._session, leave=True)
        with contextlib.suppress(SimulationLost):
            call(self._step, self._step_reply, goodbye, LEAVE_TIMEOUT)
