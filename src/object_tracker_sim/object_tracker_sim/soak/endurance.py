"""Many episodes in one simulation, each compared with the first of its seed."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.envs.actions import action_table
from object_tracker_agent.envs.lockstep import LockstepArenas
from object_tracker_agent.envs.seeds import episode_seed
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset
from object_tracker_agent.ros import StepClient
from object_tracker_sim.replay.actions import draw_actions

SEEDS = 40
"""Different episodes; each is played again and again, in every arena and after every history."""


class Endurance:
    """Plays episodes in all arenas of one simulation without an end.

    An episode's start and actions are decided by its seed, one of `SEEDS`. All it shows must be the same, bit
    for bit, whenever it is played.

    Attributes:
        steps: env-steps so far.
        resets: episodes begun so far.
    """

    def __init__(self, client: StepClient, preset: Preset, episode_steps: int) -> None:
        """Begin an episode in each arena.

        Args:
            client: connected to the simulation.
            preset: the task.
            episode_steps: the longest an episode lasts.
        """
        task = dataclasses.replace(preset.task, max_steps=episode_steps)
        preset = dataclasses.replace(preset, task=task)
        self._table = action_table(preset)
        self._actions: list[NDArray[np.int64]] = [
            draw_actions(0, number, episode_steps, len(self._table)) for number in range(SEEDS)
        ]
        self._first_digests: dict[int, str] = {}
        self._numbers: list[int] = []
        self._played = 0
        self.steps = 0
        self.resets = 0
        self._lockstep = LockstepArenas(client, preset, self._next_seed)
        arenas = self._lockstep.arenas
        self._numbers = [0] * arenas
        self._digests = [hashlib.sha256() for _ in range(arenas)]
        self._begins = [0] * arenas  # [ns] simulated
        self._ages = [0] * arenas  # [steps]
        self._reset(list(range(arenas)))

    def run(self, steps: int, advance: Callable[[int], None]) -> None:
        """Make at least `steps` env-steps more; `advance` is told how many after each batched step.

        Raises:
            UserError: an episode was not what it was the first time, or the simulator failed.
        """
        end = self.steps + steps
        while self.steps < end:
            actions = [
                self._actions[number][age] for number, age in zip(self._numbers, self._ages, strict=True)
            ]
            outcomes = self._lockstep.step(self._table[actions])
            self._must_go_on()
            self.steps += len(outcomes)
            ended = []
            for arena, outcome in enumerate(outcomes):
                self._record(arena)
                self._ages[arena] += 1
                if outcome.ended:
                    self._compare(arena)
                    ended.append(arena)
            if ended:
                self._reset(ended)
            advance(len(outcomes))

    def _next_seed(self, arena: int, episode: int) -> int:
        # Not a multiple of the arenas, so that every arena plays every seed.
        self._numbers[arena] = self._played % SEEDS
        self._played += 1
        return episode_seed(0, 0, self._numbers[arena])

    def _reset(self, arenas: list[int]) -> None:
        if self._lockstep.reset(arenas):
            self._must_go_on()
        for arena in arenas:
            self._digests[arena] = hashlib.sha256()
            self._begins[arena] = self._lockstep.reply.stamp_ns
            self._ages[arena] = 0
            self._record(arena)
        self.resets += len(arenas)

    def _record(self, arena: int) -> None:
        reply, digest = self._lockstep.reply, self._digests[arena]
        digest.update((reply.stamp_ns - self._begins[arena]).to_bytes(8, "little"))
        for values in (
            reply.frames,
            reply.waffle_pose,
            reply.burger_pose,
            reply.waffle_twist,
            reply.contacts,
        ):
            digest.update(values[arena].tobytes())

    def _compare(self, arena: int) -> None:
        number, digest = self._numbers[arena], self._digests[arena].hexdigest()
        if self._first_digests.setdefault(number, digest) != digest:
            raise UserError(
                f"after {self.steps} steps and {self.resets} resets, episode {number} in arena {arena} is not"
                " what it was the first time"
            )

    def _must_go_on(self) -> None:
        reply = self._lockstep.reply
        if reply.restarts:
            raise UserError(f"the simulator failed after {self.steps} steps and {self.resets} resets")
