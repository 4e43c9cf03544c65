"""The ROS node `world`: ties the simulator to topics and services and keeps it all going."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import rclpy
from rclpy.node import Node

from object_tracker_agent.errors import UserError
from object_tracker_msgs.srv import DescribeSimulation, Step
from object_tracker_sim.simulator import Reset, Simulator, SimulatorSettings, SimulatorState, resolve_world
from object_tracker_sim.world.attention import Attention
from object_tracker_sim.world.commands import Commands
from object_tracker_sim.world.gui import Gui
from object_tracker_sim.world.local_socket import LocalSocket
from object_tracker_sim.world.lockstep import Lockstep
from object_tracker_sim.world.realtime import Realtime
from object_tracker_sim.world.refusal import Refusal
from object_tracker_sim.world.settings import LOCKSTEP, REALTIME, WorldSettings
from object_tracker_sim.world.supervision import Supervisor
from object_tracker_sim.world.topics import Topics

IDLE = 0.1
"""[s] The longest the node sleeps before it looks after the simulator, listeners and a stop."""


ROS_EVERY = 0.02
"""[s] How often the node looks at its ROS services and commands while a client steps by the local socket."""


class World:
    """A simulation offered on ROS.

    Args:
        node: A node to put the topics and services on; in no executor.
        settings: The node's parameters.
        log: Takes progress lines.
    """

    def __init__(
        self,
        node: Node,
        settings: WorldSettings,
        log: Callable[[str], None],
    ) -> None:
        self._node = node
        self._settings = settings
        self._log = log
        self._world = resolve_world(settings.world)
        self._commands = Commands(settings.arenas)
        self.supervisor = Supervisor(
            SimulatorSettings(
                world=self._world,
                arenas=settings.arenas,
                image_height=settings.image_height,
                image_width=settings.image_width,
            ),
            prepare=self._first_state,
            on_running=self._on_running,
            on_down=self._on_down,
            log=log,
            most_restarts=settings.restarts,
        )
        self._lockstep = Lockstep(
            self.supervisor,
            self._commands,
            arenas=settings.arenas,
            takeover_after=settings.takeover_after,
            may_lend=lambda: self._topics is not None and not self._topics.attended,
        )
        self._gui = Gui(self._world, log) if settings.gui else None
        self._ros_served = 0.0
        self._topics: Topics | None = None
        self._realtime: Realtime | None = None
        node.create_service(Step, "~/step", self._answer_step)
        node.create_service(DescribeSimulation, "~/describe", self._answer_describe)
        self._attention = Attention(node)
        self._local: LocalSocket | None = None
        if settings.mode == LOCKSTEP:
            self._local = LocalSocket(self._lockstep, self._attention.take_commands)

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`. Raises UserError when the simulation cannot go on."""
        self.supervisor.start()
        while not stopped():
            now = time.monotonic()
            self.supervisor.poll()
            if self._gui is not None and self.supervisor.running:
                self._gui.poll()
            if self._topics is not None and self._topics.look(now):
                self._attention.listen_to(self._topics.commanded())
                if self._topics.attended:  # they are to see every step
                    self._lockstep.take_back()
            self._serve(self._sleep(now))
            if self._topics is not None and self._lockstep.unpublished is not None:
                self._topics.publish(self._lockstep.unpublished)
                self._lockstep.unpublished = None
            self._advance_if_due()

    def close(self) -> None:
        """End what was started. Safe to call twice."""
        if self._local is not None:
            self._local.close()
        if self._gui is not None:
            self._gui.close()
        self._attention.close()
        self.supervisor.close()

    def _serve(self, timeout: float) -> None:
        """Wait up to `timeout` [s] for a request and see to it."""
        local = self._local
        if local is None or not local.connected:
            self._attention.serve(timeout)
            if local is not None:
                local.serve(0.0)
            return
        # Nothing can wait for both; who steps through the socket hardly uses the rest.
        local.serve(min(timeout, ROS_EVERY))
        if time.monotonic() - self._ros_served > ROS_EVERY:
            self._attention.serve(0.0)
            self._ros_served = time.monotonic()

    def _advance_if_due(self) -> None:
        realtime = self._realtime
        if realtime is not None and self.supervisor.running and time.monotonic() >= realtime.deadline():
            realtime.advance()

    def _sleep(self, now: float) -> float:
        if self._realtime is not None and self.supervisor.running:
            return min(IDLE, max(0.0, self._realtime.deadline() - now))
        return IDLE if self.supervisor.running else 0.02

    def _first_state(self, simulator: Simulator) -> SimulatorState:
        """Give every arena of a simulator that has just come up a defined start; return what is then."""
        rest = np.zeros((self._settings.arenas, 2))
        # Among people and robots the Burger is solid; in lockstep each reset says what it is.
        solid = self._settings.mode == REALTIME
        resets = [
            Reset(
                arena=arena,
                seed=self._settings.seed,
                waffle_pose=None,
                burger_pose=None,
                solid=solid,
                limit_acceleration=True,
            )
            for arena in range(self._settings.arenas)
        ]
        return simulator.step(0, resets=resets, waffle_command=rest, burger_command=rest)

    def _on_running(self) -> None:
        supervisor, settings = self.supervisor, self._settings
        if supervisor.restarts:
            self._log("the simulator runs again")
        assert supervisor.description is not None
        if self._topics is None:
            self._refuse_a_second_world()
            self._topics = Topics(
                self._node,
                settings.arenas,
                self._commands,
                height=settings.image_height,
                width=settings.image_width,
                horizontal_fov=supervisor.description.horizontal_fov,
            )
            self._log(
                f"ready: {self._world}, {settings.arenas} arena{'s' * (settings.arenas > 1)}, {settings.mode}"
            )
        if settings.mode == REALTIME:
            self._realtime = Realtime(
                supervisor,
                self._commands,
                self._topics,
                camera_rate=settings.camera_rate,
                real_time_factor=settings.real_time_factor,
                warn=self._log,
            )
        if self._gui is not None:
            self._gui.show(supervisor.description.master_uri)

    def _on_down(self, reason: str) -> None:
        self._commands.stop()
        self._lockstep.interrupt(reason)

    def _refuse_a_second_world(self) -> None:
        name = self._node.resolve_service_name("~/step")
        if self._node.count_services(name) > 1:
            raise UserError(
                f"another simulation already serves {name} on ROS domain "
                f"{self._node.context.get_domain_id()}: set another ROS_DOMAIN_ID"
            )

    def _answer_step(self, request: Any, response: Any) -> Any:
        if self._settings.mode != LOCKSTEP:
            return Refusal(
                Step.Response.REALTIME,
                "this simulation runs in mode realtime, where time moves by itself: "
                "use the topics, or start it with mode:=lockstep",
            ).write(response)
        return self._lockstep.answer(request, response)

    def _answer_describe(self, request: Any, response: Any) -> Any:
        supervisor, settings = self.supervisor, self._settings
        response.ready = supervisor.running and self._topics is not None
        response.message = "" if response.ready else supervisor.reason
        response.mode = settings.mode
        response.world = str(self._world)
        response.arenas = settings.arenas
        response.takeover_after = settings.takeover_after
        response.height = settings.image_height
        response.width = settings.image_width
        response.channels = 3
        response.local_socket = "" if self._local is None else self._local.path
        if supervisor.description is not None:
            response.physics_step = supervisor.description.physics_step
            response.horizontal_fov = supervisor.description.horizontal_fov
        return response


def make_node(arguments: list[str]) -> Node:
    """Return the node `world` in a context of its own, with the parameters among `arguments`."""
    context = rclpy.Context()
    context.init(args=arguments, initialize_logging=False)
    return rclpy.create_node(
        "world",
        context=context,
        cli_args=arguments,
        enable_rosout=False,
        start_parameter_services=False,
        automatically_declare_parameters_from_overrides=True,
    )
