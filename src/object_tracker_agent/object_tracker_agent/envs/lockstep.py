"""All arenas of one simulation, stepped together: what both environments are made of."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from object_tracker_agent.envs.burgers import Burgers
from object_tracker_agent.envs.disturbances import Disturbances
from object_tracker_agent.envs.episode import Episode, Outcome
from object_tracker_agent.envs.geometry import distance_and_bearing
from object_tracker_agent.envs.observations import Image, ObservationStacks, half_channels
from object_tracker_agent.envs.randomisation import draw
from object_tracker_agent.envs.starts import draw_start
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset
from object_tracker_agent.rewards import find_reward

if TYPE_CHECKING:
    from object_tracker_agent.ros import SimulationDescription, StepClient, StepReply

# A simulator that is restarted while arenas are being reset interrupts them again. On a loaded machine it
# takes some 20 s to come up; the world node gives up by itself after three restarts in a row.
RESTART_TIMEOUT = 90.0  # [s]
READY_TIMEOUT = 30.0  # [s] for a simulation that is still coming up

Array = npt.NDArray[np.float64]
EpisodeSeed = Callable[[int, int], int]


class LockstepArenas:
    """Runs an episode in every arena; time moves only in `step`.

    Attributes:
        arenas: how many there are.
        observations: as after the last call, shape (arenas, height, width, channels * stack), uint8. An
            array of its own after each call.
        frames: camera images, shape (arenas, camera height, camera width, 3), uint8; the next call
            may overwrite them.
        reply: all that the simulation told in the last call; none before the first `reset`.
        distances: Waffle to Burger [m], shape (arenas,).
        half_view: half of the camera's horizontal field of view [rad].
        bearings: of the Burger from the Waffle [rad], 0 ahead, positive to the left, shape (arenas,).
        start_seeds: seed of each arena's episode.
    """

    def __init__(self, client: StepClient, preset: Preset, episode_seed: EpisodeSeed) -> None:
        """Check that the simulation fits the preset; nothing is reset yet.

        Args:
            client: connected to the simulation.
            preset: the task and the observation.
            episode_seed: called once per episode with (arena, episode), both from 0; returns its seed,
                0 .. 2^63-1.

        Raises:
            UserError: the simulation is in realtime mode, or its camera or physics step does not fit.
        """
        self._client = client
        self._preset = preset
        self._reward = find_reward(preset.reward.name)
        self.episode_seed = episode_seed
        description = client.wait_ready(READY_TIMEOUT)
        check_fit(description, preset)
        self.arenas: int = int(description.arenas)
        self._half_channels = half_channels(preset.observation)
        self._stacks = ObservationStacks(preset.observation, self.arenas)
        self._burgers = Burgers(preset, self.arenas)
        self._disturbances = Disturbances(preset.observation, self.arenas)
        self.half_view = 0.5 * float(description.horizontal_fov)
        self._episodes: list[Episode | None] = [None] * self.arenas
        self._counts = [0] * self.arenas
        self.start_seeds = [0] * self.arenas
        self.distances = np.full(self.arenas, np.nan)
        self.bearings = np.full(self.arenas, np.nan)
        self.observations = self._stacks.observations()
        self.reply: StepReply
        self.frames: Image = np.zeros(
            (self.arenas, int(description.height), int(description.width), 3), dtype=np.uint8
        )

    def restart_episode_counts(self) -> None:
        """Let the next episode of every arena be number 0 again."""
        self._counts = [0] * self.arenas

    def reset(self, arenas: Iterable[int]) -> dict[int, str]:
        """Start a new episode in each of `arenas`, without moving time.

        Returns:
            Other arenas whose episodes ended because the simulator was restarted meanwhile, each with the
            reason; they have been started anew as well.

        Raises:
            UserError: the simulation does not get through a reset.
        """
        begun: set[int] = set()
        interrupted: dict[int, str] = {}
        pending = sorted(set(arenas))
        deadline = time.monotonic() + RESTART_TIMEOUT
        while True:
            self._draw_seeds(arena for arena in pending if arena not in begun)
            begun.update(pending)
            starts = []
            for arena in pending:
                seed = self.start_seeds[arena]
                extra = draw(self._preset.randomisation, seed)
                starts.append(draw_start(self._preset.task, seed, arena, extra))
                self._disturbances.begin(arena, seed, extra)
            reply = self._client.step(
                0.0, resets=starts, copy_frames=False, half_channels=self._half_channels
            )
            self._begin(pending, reply)
            # The simulator may have been restarted just now: whatever is cut short by that begins again.
            pending = [arena for arena, reason in enumerate(reply.interrupted) if reason]
            interrupted.update({arena: reply.interrupted[arena] for arena in pending if arena not in begun})
            if not pending:
                self.observations = self._stacks.observations()
                return interrupted
            if time.monotonic() > deadline:
                raise UserError(
                    f"the simulation could not reset its arenas within {RESTART_TIMEOUT:g} s:"
                    f" {reply.interrupted[pending[0]]}"
                )

    def step(
        self, commands: Array, on_outcomes: Callable[[list[Outcome]], None] = lambda outcomes: None
    ) -> list[Outcome]:
        """Hold the commanded velocities for one step of the task in every arena.

        Args:
            commands: linear [m/s] and angular [rad/s] velocity per Waffle. Shape: (arenas, 2)
            on_outcomes: called with what is returned, if possible while the images are still being made; and
                once more should the step fail after that.

        Returns:
            One outcome per arena. Each arena whose outcome has `ended` must be given to `reset` next. Where
            it was interrupted, the observation is still the one before this step.
        """
        if None in self._episodes:
            raise RuntimeError("reset() must be called before step()")
        outcomes: list[Outcome] = []
        before = self.distances.copy(), self.bearings.copy()

        def judge(state: StepReply) -> None:  # while the images are being made
            outcomes.extend(self._judge(state))
            on_outcomes(outcomes)

        try:
            reply = self._move(commands, judge)
        except BaseException as error:
            if outcomes or not isinstance(error, Exception):  # counted, or nobody knows
                self._episodes = [None] * self.arenas
            raise
        if not outcomes:
            judge(reply)
        elif any(reply.interrupted):  # it failed after all
            for arena, reason in enumerate(reply.interrupted):
                if reason:
                    self.distances[arena], self.bearings[arena] = before[0][arena], before[1][arena]
                    self._episode(arena).take_back()
                    outcomes[arena] = self._episode(arena).interrupt(reason)
            on_outcomes(outcomes)
        self.reply, self.frames = reply, reply.frames
        going_on = [arena for arena, outcome in enumerate(outcomes) if not outcome.interrupted]
        self._stacks.push(reply.frames, going_on, self._disturbances, reply.halves)
        self.observations = self._stacks.observations()
        return outcomes

    def _move(self, commands: Array, on_state: Callable[[StepReply], None]) -> StepReply:
        return self._client.step(
            self._preset.task.step_time,
            waffle_command=self._disturbances.commands(commands),
            # Sent even if it stands still: whoever used the simulation before may have moved it.
            burger_command=self._burgers.commands(self.reply.waffle_pose, self.reply.burger_pose),
            copy_frames=False,
            half_channels=self._half_channels,
            on_state=on_state,
        )

    def _judge(self, reply: StepReply) -> list[Outcome]:
        """Tell every arena's episode what the step led to."""
        distance, bearing = distance_and_bearing(reply.waffle_pose, reply.burger_pose)
        outcomes = []
        # Plain numbers: one by one they cost more to take out of an array than to compute with.
        told = zip(
            distance.tolist(), bearing.tolist(), reply.contacts.tolist(), reply.interrupted, strict=True
        )
        for arena, (metres, radians, contacts, reason) in enumerate(told):
            episode = self._episode(arena)
            if not reason and not math.isfinite(metres + radians):
                reason = "the simulator gave a pose that is not finite"
            if reason:
                outcomes.append(episode.interrupt(reason))
                continue
            self.distances[arena], self.bearings[arena] = metres, radians
            outcomes.append(episode.step(metres, radians, contacts))
        return outcomes

    def _episode(self, arena: int) -> Episode:
        episode = self._episodes[arena]
        assert episode is not None
        return episode

    def close(self) -> None:
        """Leave the simulation; it goes on by itself. Safe to call twice."""
        self._client.close()

    def _draw_seeds(self, arenas: Iterable[int]) -> None:
        for arena in arenas:
            self.start_seeds[arena] = self.episode_seed(arena, self._counts[arena])
            self._counts[arena] += 1

    def _begin(self, arenas: Iterable[int], reply: StepReply) -> None:
        self.reply, self.frames = reply, reply.frames
        distance, bearing = distance_and_bearing(reply.waffle_pose, reply.burger_pose)
        for arena in arenas:
            self.distances[arena], self.bearings[arena] = distance[arena], bearing[arena]
            half = None if reply.halves is None else reply.halves[arena]
            self._stacks.begin(arena, reply.frames[arena], self._disturbances, half)
            self._burgers.begin(arena, self.start_seeds[arena])
            self._episodes[arena] = Episode(
                self._preset.task,
                self._reward,
                float(distance[arena]),
                float(bearing[arena]),
                self.half_view,
            )


def check_fit(description: SimulationDescription, preset: Preset) -> None:
    """Raise a `UserError` unless the described simulation can play the preset's task."""
    if description.mode != "lockstep":
        raise UserError(
            f"the simulation runs in mode '{description.mode}': start it in mode 'lockstep' to step it"
        )
    wanted = preset.observation
    if (description.height, description.width) != (wanted.camera_height, wanted.camera_width):
        raise UserError(
            f"the simulation renders {description.height} by {description.width} pixel, but preset"
            f" '{preset.name}' wants camera_height {wanted.camera_height} and camera_width"
            f" {wanted.camera_width}: start it with that image size, or change the preset"
        )
    iterations = preset.task.step_time / description.physics_step
    if abs(iterations - round(iterations)) > 1e-6 * iterations or round(iterations) < 1:
        raise UserError(
            f"preset '{preset.name}': task.step_time ({preset.task.step_time:g} s) must be a multiple of the"
            f" physics step of the world ({description.physics_step:g} s)"
        )
