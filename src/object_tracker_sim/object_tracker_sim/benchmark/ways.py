"""The ways of stepping a simulation that are compared, each with the same kind of episodes."""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.envs.actions import action_table
from object_tracker_agent.presets import Preset
from object_tracker_agent.ros import ArenaStart
from object_tracker_sim.simulator import Reset, Simulator
from object_tracker_sim.simulator.protocol import Measured

if TYPE_CHECKING:
    from object_tracker_agent.ros import StepClient

EPISODE_STEPS = 150
"""Steps of an episode: the shortest way to the Burger takes as many at full speed; none resets more."""
SHARED_EPISODE_STEPS = 2 * EPISODE_STEPS
"""Two ways share a simulator: in the world node's, the environment's resets end what both ways have driven;
in the other one, each way resets by itself, half as often."""


def due_resets(step: int, arenas: int) -> list[int]:
    """Return the arenas that are reset before step 0, 1, …: one after the other, as in the program itself."""
    length = SHARED_EPISODE_STEPS
    return [arena for arena in range(arenas) if (step + arena * length // arenas) % length == 0]


class Raw:
    """The simulator program by itself: no ROS, no Python."""

    def __init__(self, simulators: list[Simulator], preset: Preset, iterations: int) -> None:
        """Measure `simulators`, all at once if there are several.

        Args:
            simulators: started.
            preset: its actions are what is drawn from.
            iterations: physics iterations of one step.
        """
        self._simulators = simulators
        self._choices = [(linear, angular) for linear, angular in action_table(preset).tolist()]
        self._iterations = iterations
        self._next = 0
        self.measured = Measured(0.0, 0.0, 0.0, 0.0)
        """Of the last run; the slowest simulator's."""

    def run(self, steps: int) -> float:
        """Make `steps` batched steps in each simulator; return how long that took [s]."""
        with ThreadPoolExecutor(len(self._simulators)) as pool:
            jobs = [
                pool.submit(
                    simulator.measure,
                    steps,
                    first_step=self._next,
                    iterations=self._iterations,
                    episode_steps=SHARED_EPISODE_STEPS,
                    choices=self._choices,
                    seed=self._next,
                    timeout=60.0 + steps,
                )
                for simulator in self._simulators
            ]
        self._next += steps
        self.measured = max((job.result() for job in jobs), key=lambda measured: measured.elapsed)
        return self.measured.elapsed


class ThroughSocket:
    """The simulator program stepped by Python over its socket, as the world node does it."""

    def __init__(self, simulator: Simulator, preset: Preset, iterations: int) -> None:
        """Measure `simulator`, with `iterations` of physics per step."""
        self._simulator = simulator
        self._iterations = iterations
        self._arenas = simulator.settings.arenas
        self._table = action_table(preset)
        self._actions = np.random.default_rng(0)
        self._next = 0

    def run(self, steps: int) -> float:
        """Make `steps` batched steps; return how long that took [s]."""
        rest = np.zeros((self._arenas, 2))
        commands = self._table[self._actions.integers(len(self._table), size=(steps, self._arenas))]
        begin = time.perf_counter()
        for command in commands:
            self._simulator.step(
                self._iterations, resets=self._due_resets(), waffle_command=command, burger_command=rest
            )
        return time.perf_counter() - begin

    def _due_resets(self) -> list[Reset]:
        now, self._next = self._next, self._next + 1
        return [Reset(arena, limit_acceleration=True) for arena in due_resets(now, self._arenas)]


class ThroughClient:
    """The world node, by its service or its local socket as the client has it."""

    def __init__(self, client: StepClient, preset: Preset, arenas: int, *, resets: bool) -> None:
        """Measure the simulation of `client`; without `resets` another way that shares it sees to them."""
        self._resets = resets
        self._next = 0
        self._client = client
        self._step_time = preset.task.step_time
        self._arenas = arenas
        self._table = action_table(preset)
        self._actions = np.random.default_rng(1)

    def run(self, steps: int) -> float:
        """Make `steps` batched steps; return how long that took [s]."""
        rest = np.zeros((self._arenas, 2))
        commands = self._table[self._actions.integers(len(self._table), size=(steps, self._arenas))]
        begin = time.perf_counter()
        for command in commands:
            starts = [ArenaStart(arena) for arena in self._due()]
            self._client.step(
                self._step_time,
                resets=starts,
                waffle_command=command,
                burger_command=rest,
                copy_frames=False,
            )
        return time.perf_counter() - begin

    def _due(self) -> list[int]:
        now, self._next = self._next, self._next + 1
        return due_resets(now, self._arenas) if self._resets else []


class ThroughEnvironment:
    """The vectorised environment that training uses: observations, rewards, ends and new starts."""

    def __init__(self, client: StepClient, preset: Preset) -> None:
        """Begin episodes in the simulation of `client`; they end one after the other, as in a training."""
        task = dataclasses.replace(preset.task, max_steps=EPISODE_STEPS)
        self._env = ObjectTrackerVecEnv(client, dataclasses.replace(preset, task=task))
        self._actions = np.random.default_rng(2)
        self._env.reset()
        for arena in range(self._env.num_envs):
            self.run(EPISODE_STEPS // self._env.num_envs)
            self._env.lockstep.reset([arena])

    def run(self, steps: int) -> float:
        """Make `steps` batched steps; return how long that took [s]."""
        env = self._env
        actions = self._actions.integers(len(action_table(env.preset)), size=(steps, env.num_envs))
        begin = time.perf_counter()
        for action in actions:
            env.step(action)
        return time.perf_counter() - begin
