"""A stand-in for the simulation in unit tests: it answers Step with plain kinematics, in memory.

Nothing but these tests uses it; what is claimed of the simulation itself is tested on the real one.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from object_tracker_agent.ros.step_errors import SimulationLost
from object_tracker_agent.ros.step_types import SimulationDescription, StepReply

STRAIGHT, LEFT = 5, 0  # actions of `approach`


def burger_ahead(change, *pairs):
    """The preset `approach` with the Burger 0.5 m ahead, and what `pairs` change."""
    return change("task.start.burger", {"x": 0.5, "y": 0.0}, *pairs)


def play(env, steps, action=STRAIGHT):
    """Take `steps` steps with the same action in every arena of a VecEnv; return what each gave."""
    return [env.step(np.full(env.num_envs, action)) for _ in range(steps)]


class KinematicClient:
    """A `StepClient` without a simulation: unicycles without limits, and a bright stripe for the Burger."""

    def __init__(self, arenas=3, *, mode="lockstep", height=120, width=160, physics_step=0.004):
        self.arenas = arenas
        self.mode = mode
        self.height, self.width, self.physics_step = height, width, physics_step
        self.waffle = np.zeros((arenas, 3))
        self.burger = np.full((arenas, 3), np.nan)
        self.burger_speed = np.zeros(arenas)
        self.calls = []  # (duration, [arenas reset])
        self.starts = []
        self.interruptions = {}  # number of the call -> {arena: reason}
        self.always_interrupted = {}  # the same in every other call
        self.tells_early = False
        self.fails_at = None  # number of the call that fails in the end
        self.closed = 0
        self.nanoseconds = 0

    def wait_ready(self, timeout):
        return SimulationDescription(
            ready=True,
            message="",
            mode=self.mode,
            world="kinematic",
            arenas=self.arenas,
            physics_step=self.physics_step,
            takeover_after=5.0,
            height=self.height,
            width=self.width,
            channels=3,
            horizontal_fov=1.0856,
        )

    def step(
        self,
        duration,
        *,
        resets=(),
        waffle_command=None,
        burger_command=None,
        copy_frames=True,
        half_channels=0,
        on_state=None,
    ):
        for start in resets:
            self.waffle[start.arena] = start.waffle_pose or (0, 0, 0)
            self.burger[start.arena] = start.burger_pose or (3.5, 0, 0)
            self.starts.append(start)
        if duration:
            assert waffle_command.shape == burger_command.shape == (self.arenas, 2)
            linear, angular = waffle_command.T
            _drive(self.waffle, linear, angular, duration)
            _drive(self.burger, *burger_command.T, duration)
            self.burger_speed = burger_command[:, 0].copy()
        interruptions = self.interruptions.get(len(self.calls), self.always_interrupted)
        self.calls.append((duration, [start.arena for start in resets]))
        self.nanoseconds += round(duration * 1e9)
        reply = self._reply(interruptions)
        if self.tells_early and on_state is not None:
            early = self._reply({})
            died = list(interruptions)  # after it had told how far it got
            early.waffle_pose[died] += 0.01
            early.contacts[died] += 1
            on_state(replace(early, frames=early.frames[:0]))
        if self.fails_at == len(self.calls) - 1:
            raise SimulationLost("it has gone")
        return reply

    def _reply(self, interruptions):
        return StepReply(
            stamp_ns=self.nanoseconds,
            frames=np.stack([self._frame(arena, arena in interruptions) for arena in range(self.arenas)]),
            waffle_pose=_poses(self.waffle),
            waffle_twist=np.zeros((self.arenas, 6)),
            burger_pose=_poses(self.burger),
            burger_twist=np.column_stack([self.burger_speed, np.zeros((self.arenas, 5))]),
            contacts=np.zeros(self.arenas, np.uint8),
            interrupted=[interruptions.get(arena, "") for arena in range(self.arenas)],
            restarts=0,
        )

    def close(self):
        self.closed += 1

    def _frame(self, arena, broken):
        frame = np.full((self.height, self.width, 3), 255 if broken else 40, np.uint8)
        x, y, yaw = self.waffle[arena]
        dx, dy = self.burger[arena, 0] - x, self.burger[arena, 1] - y
        bearing = math.remainder(math.atan2(dy, dx) - yaw, 2 * math.pi)
        if not math.isfinite(bearing):
            return frame
        column = round(self.width / 2 - bearing / 0.5428 * self.width / 2)
        if 0 <= column < self.width:
            frame[:, column] = (200, min(255, int(60 / max(math.hypot(dx, dy), 0.24))), 90)
        return frame


def _drive(planar, linear, angular, duration):
    planar[:, 2] += angular * duration
    planar[:, 0] += linear * duration * np.cos(planar[:, 2])
    planar[:, 1] += linear * duration * np.sin(planar[:, 2])


def _poses(planar):
    poses = np.zeros((len(planar), 7))
    poses[:, :2] = planar[:, :2]
    poses[:, 5], poses[:, 6] = np.sin(planar[:, 2] / 2), np.cos(planar[:, 2] / 2)
    return poses
