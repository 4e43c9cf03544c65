"""All arenas of a simulation as one vectorised environment of Gymnasium."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from object_tracker_agent.envs.actions import make_actions
from object_tracker_agent.envs.infos import info_of, start_info_of
from object_tracker_agent.envs.joining import checked_preset, checked_render_mode, join
from object_tracker_agent.envs.lockstep import LockstepArenas
from object_tracker_agent.envs.observations import Image, observation_space
from object_tracker_agent.envs.seeds import checked_seed, episode_seed
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset

MODES = (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP)
Bools = npt.NDArray[np.bool_]


class ObjectTrackerVectorEnv(gymnasium.vector.VectorEnv[Image, Any, npt.NDArray[Any]]):
    """The task of a preset in all arenas of one simulation, for Gymnasium's vector interface.

    What ``gymnasium.make_vec("object_tracker_agent:ObjectTracker-v0", num_envs=8)`` makes. Spaces, rewards,
    starts, ends and infos are those of `ObjectTrackerEnv`; see there. Environment i plays the same as a
    single one would after ``reset(seed=seed + i)``, as in Gymnasium's SyncVectorEnv; but there is one Gazebo,
    and a step is one call of it.

    Episodes that have ended begin anew by themselves: with ``autoreset_mode="NextStep"`` (as SyncVectorEnv)
    in the next step, whose action is then not used, which pays 0 and returns the first observation; with
    ``"SameStep"`` at once, and infos have ``final_obs`` and ``final_info``.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012

    def __init__(
        self,
        num_envs: int = 1,
        preset: str | Preset = "approach",
        simulation: str = "own",
        world: str | None = None,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    ) -> None:
        """Start or join a simulation.

        Args:
            num_envs: arenas, 1 to 16; of a simulation that is joined, the number it has.
            preset: see `ObjectTrackerEnv`, as for all that follow but the last.
            simulation: ``own`` or ``attach``.
            world: own simulation only.
            render_mode: None or ``rgb_array``: `render` gives a tuple of camera images.
            autoreset_mode: ``NextStep`` or ``SameStep``.

        Raises:
            UserError: an argument is not right, or the simulation does not fit; says what to do.
        """
        self.closed = True
        modes = {key: mode for mode in MODES for key in (mode, mode.value)}
        if autoreset_mode not in modes:
            raise UserError(f"autoreset_mode: must be 'NextStep' or 'SameStep', not {autoreset_mode!r}")
        self._same_step = modes[autoreset_mode] is AutoresetMode.SAME_STEP
        self.preset = checked_preset(preset)
        self.render_mode = checked_render_mode(render_mode)
        self._joined = join(self.preset, simulation, world, num_envs)
        try:
            self._lockstep = LockstepArenas(self._joined.client, self.preset, self._episode_seed)
            if self._lockstep.arenas != num_envs:
                raise UserError(
                    f"num_envs: the simulation has {self._lockstep.arenas} arenas, not {num_envs}:"
                    f" give num_envs={self._lockstep.arenas}"
                )
        except BaseException:
            self._joined.close()
            raise
        self.closed = False
        self.num_envs = num_envs
        self._actions = make_actions(self.preset)
        self.single_observation_space = observation_space(self.preset.observation)
        self.single_action_space = self._actions.space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.metadata = {
            **self.metadata,
            "render_fps": round(1 / self.preset.task.step_time),
            "autoreset_mode": modes[autoreset_mode],
        }
        self._run_seeds: list[int] | None = None
        self._ended: Bools = np.zeros(num_envs, dtype=np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Image, dict[str, Any]]:
        """Start the next episode everywhere; with `seed`, the first ones of runs seed, seed + 1, ….

        A sequence gives each environment's own. `options` are not used. The first reset without a seed draws
        one.
        """
        if seed is not None or self._run_seeds is None:
            self._begin_runs(secrets.randbits(32) if seed is None else seed)
        self._lockstep.reset(range(self.num_envs))
        self._ended[:] = False
        return self._lockstep.observations, self._start_infos(range(self.num_envs))

    def step(self, actions: Any) -> tuple[Image, npt.NDArray[np.float64], Bools, Bools, dict[str, Any]]:
        """Hold the velocities of each environment's action for one step; returns what is at its end."""
        velocities = self._actions.velocities(actions, self.num_envs)
        restarting = self._ended.copy()
        velocities[restarting] = 0.0
        outcomes = self._lockstep.step(velocities)
        rewards = np.array([outcome.reward for outcome in outcomes])
        terminated = np.array([outcome.terminated for outcome in outcomes])
        truncated = np.array([outcome.truncated for outcome in outcomes])
        for of_the_past in (rewards, terminated, truncated):
            of_the_past[restarting] = 0
        infos: dict[str, Any] = {}
        told = [info_of(self._lockstep, arena, outcome) for arena, outcome in enumerate(outcomes)]
        ended = terminated | truncated
        last_observations = self._lockstep.observations
        due = np.flatnonzero(ended if self._same_step else restarting)
        if due.size:
            # A restart of the simulator during this reset ends the other arenas' episodes, too.
            for arena, reason in self._lockstep.reset(int(arena) for arena in due).items():
                if not restarting[arena]:
                    truncated[arena] = ended[arena] = True
                    terminated[arena] = False
                    told[arena]["interrupted"] = reason
            infos = self._start_infos(np.flatnonzero(restarting), infos)
        observations = self._lockstep.observations
        for arena in np.flatnonzero(~restarting).tolist():
            if not ended[arena]:
                self._add_info(infos, told[arena], arena)
            elif self._same_step:
                final = {"final_obs": last_observations[arena], "final_info": told[arena]}
                self._add_info(infos, final, arena)
            else:
                observations[arena] = last_observations[arena]
                self._add_info(infos, told[arena], arena)
        if self._same_step:
            infos = self._start_infos(np.flatnonzero(ended), infos)
            self._ended[:] = False
        else:
            self._ended = ended
        return observations, rewards, terminated, truncated, infos

    def render(self) -> tuple[Image, ...] | None:
        """Return the latest camera image of each arena, RGB, or None without ``rgb_array``."""
        if self.render_mode is None:
            return None
        return tuple(frame.copy() for frame in self._lockstep.frames)

    def close_extras(self, **kwargs: Any) -> None:
        """Leave the simulation, and end it if it is our own."""
        self._joined.close()

    def _start_infos(self, arenas: Iterable[int], infos: dict[str, Any] | None = None) -> dict[str, Any]:
        infos = {} if infos is None else infos
        for arena in arenas:
            self._add_info(infos, start_info_of(self._lockstep, int(arena)), int(arena))
        return infos

    def _begin_runs(self, seed: int | Sequence[int | None]) -> None:
        if isinstance(seed, (int, np.integer)):
            first = checked_seed(int(seed))
            seeds = [first + arena for arena in range(self.num_envs)]
        else:
            if len(seed) != self.num_envs:
                raise UserError(f"seed: must be one number or {self.num_envs} of them, not {len(seed)}")
            seeds = [secrets.randbits(32) if one is None else checked_seed(one) for one in seed]
        self._run_seeds = seeds
        self._lockstep.restart_episode_counts()

    def _episode_seed(self, arena: int, episode: int) -> int:
        if self._run_seeds is None:
            raise RuntimeError("reset() must be called before step()")
        return episode_seed(self._run_seeds[arena], 0, episode)
