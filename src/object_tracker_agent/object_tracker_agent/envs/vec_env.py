"""All arenas of a simulation as one vectorised environment of Stable-Baselines3."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
import numpy.typing as npt
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from object_tracker_agent.envs.actions import make_actions
from object_tracker_agent.envs.episode import Outcome
from object_tracker_agent.envs.infos import info_of, start_info_of
from object_tracker_agent.envs.lockstep import LockstepArenas
from object_tracker_agent.envs.observations import Image, observation_space
from object_tracker_agent.envs.seeds import checked_seed, episode_seed
from object_tracker_agent.presets import Preset

if TYPE_CHECKING:
    from object_tracker_agent.ros import StepClient


class ArenaView:
    """One arena as `get_attr`, `set_attr` and `env_method` of the VecEnv see it."""

    def __init__(self, vec_env: ObjectTrackerVecEnv, arena: int) -> None:
        """View `arena` of `vec_env`."""
        self._vec_env = vec_env
        self.arena = arena
        self.render_mode = vec_env.render_mode

    @property
    def start_seed(self) -> int:
        """The seed of the arena's episode."""
        return self._vec_env.lockstep.start_seeds[self.arena]

    @property
    def observation_space(self) -> gymnasium.Space[Any]:
        """One arena's observation."""
        return self._vec_env.observation_space

    @property
    def action_space(self) -> gymnasium.Space[Any]:
        """One arena's action."""
        return self._vec_env.action_space

    def render(self) -> Image | None:
        """Return the arena's latest camera image, RGB, if the render mode is ``rgb_array``."""
        if self.render_mode != "rgb_array":
            return None
        return self._vec_env.lockstep.frames[self.arena].copy()


class ObjectTrackerVecEnv(VecEnv):
    """The task of a preset in all arenas of one simulation, for Stable-Baselines3.

    Spaces, rewards, starts and ends are those of `ObjectTrackerEnv`; see there. A step is one call of the
    simulation, and one more without simulated time when episodes have ended.

    Observations are uint8, shape (arenas, height, width, channels * stack). Rewards are float32, without the
    preset's scale. An arena whose episode has ended is started anew at once, as Stable-Baselines3 expects:
    its observation is the first of the next episode, and its info has the last one of the old.

    Infos: those of `ObjectTrackerEnv`, ``TimeLimit.truncated``, and with the last step of an episode
    ``terminal_observation`` and ``episode`` with the sum of its rewards ``r`` and its length ``l`` [steps].
    If the simulator was restarted, the episode is truncated, ``interrupted`` says why, and the terminal
    observation is the last there was.
    """

    def __init__(
        self,
        client: StepClient,
        preset: Preset,
        *,
        seed: int = 0,
        episode_seed: Callable[[int, int], int] | None = None,
        render_mode: str | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        """Join the simulation of `client`, which `close` closes. `make_vec_env` starts one as well.

        Args:
            client: connected to a simulation in lock-step mode.
            preset: the task.
            seed: of the run, 0 or more; episodes have `envs.seeds.episode_seed` of it.
            episode_seed: instead of that, called once per episode with (arena, episode), from 0 each;
                returns the episode's seed, 0 .. 2^63-1.
            render_mode: None, or ``rgb_array``: `get_images` and `render` give camera images.
            on_close: called by `close` in the end.

        Raises:
            UserError: the simulation does not fit the preset, or the seed is not right.
        """
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode must be None or 'rgb_array', not {render_mode!r}")
        self._seed = checked_seed(seed)
        self._next_seed: int | None = None
        self._on_close = on_close
        self._own_seeds = episode_seed is None
        self.lockstep = LockstepArenas(client, preset, episode_seed or self._episode_seed)
        self._actions = make_actions(preset)
        self._commands: npt.NDArray[np.float64] | None = None
        self.preset = preset
        self.render_mode = render_mode
        self.observation_space = observation_space(preset.observation)
        self.action_space = self._actions.space
        self._views = [ArenaView(self, arena) for arena in range(self.lockstep.arenas)]
        super().__init__(self.lockstep.arenas, self.observation_space, self.action_space)
        frames_per_second: Any = round(1 / preset.task.step_time)  # SB3 says that metadata are lists
        self.metadata = {**self.metadata, "render_fps": frames_per_second}

    def reset(self) -> Image:
        """Start a new episode in every arena. Shape: (arenas, height, width, channels * stack)"""
        self._commands = None
        if self._next_seed is not None:
            self._seed, self._next_seed = self._next_seed, None
            self.lockstep.restart_episode_counts()
        self.lockstep.reset(range(self.num_envs))
        self._set_reset_infos(range(self.num_envs))
        self._reset_seeds()
        self._reset_options()
        return self.lockstep.observations

    def step_async(self, actions: np.ndarray) -> None:
        """Take one action per arena, for `step_wait`. Shape: (arenas,); continuous: (arenas, 2)"""
        self._commands = self._actions.velocities(actions, self.num_envs)

    def step_wait(self) -> VecEnvStepReturn:
        """Carry out the actions; returns observations, rewards, dones and infos of all arenas."""
        if self._commands is None:
            raise RuntimeError("step_wait() without step_async()")
        commands, self._commands = self._commands, None
        infos: list[dict[str, Any]] = []
        outcomes = self.lockstep.step(commands, lambda outcomes: self._describe(outcomes, infos))
        last_observations = self.lockstep.observations
        dones = np.array([outcome.ended for outcome in outcomes])
        if dones.any():
            ended = [int(arena) for arena in np.flatnonzero(dones)]
            # A restart of the simulator during this reset ends the other arenas' episodes, too.
            cut_short = self.lockstep.reset(ended)
            for arena, reason in cut_short.items():
                dones[arena] = True
                infos[arena]["interrupted"] = reason
            for arena in (*ended, *cut_short):
                truncated = arena in cut_short or outcomes[arena].truncated
                self._close_info(infos[arena], outcomes[arena], truncated, last_observations[arena])
            self._set_reset_infos((*ended, *cut_short))
        rewards = np.array([outcome.reward for outcome in outcomes], dtype=np.float32)
        return self.lockstep.observations, rewards, dones, infos

    def close(self) -> None:
        """Leave the simulation. Safe to call twice."""
        self.lockstep.close()
        if self._on_close is not None:
            self._on_close()

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Let the next `reset` begin the run anew with `seed` (None: a random one), from episode 0 on.

        Returns the seed of each arena's first episode; None each with an `episode_seed` of one's own.
        """
        self._next_seed = secrets.randbits(32) if seed is None else checked_seed(seed)
        if not self._own_seeds:
            return [None] * self.num_envs
        return [episode_seed(self._next_seed, arena, 0) for arena in range(self.num_envs)]

    def get_images(self) -> Sequence[Image | None]:
        """Return each arena's latest camera image, RGB, or None each without ``rgb_array``."""
        return [view.render() for view in self._views]

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Return an attribute of the `ArenaView` of each index."""
        return [getattr(view, attr_name) for view in self._selected(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set an attribute of the `ArenaView` of each index."""
        for view in self._selected(indices):
            setattr(view, attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: VecEnvIndices = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of the `ArenaView` of each index."""
        return [getattr(view, method_name)(*method_args, **method_kwargs) for view in self._selected(indices)]

    def env_is_wrapped(
        self, wrapper_class: type[gymnasium.Wrapper[Any, Any, Any, Any]], indices: VecEnvIndices = None
    ) -> list[bool]:
        """Return False each: arenas are no environments of their own, and nothing wraps them."""
        return [False for _ in self._selected(indices)]

    def _selected(self, indices: VecEnvIndices) -> Iterable[ArenaView]:
        return [self._views[index] for index in self._get_indices(indices)]

    def _episode_seed(self, arena: int, episode: int) -> int:
        return episode_seed(self._seed, arena, episode)

    def _describe(self, outcomes: list[Outcome], infos: list[dict[str, Any]]) -> None:
        """Make `infos` those of `outcomes`."""
        infos[:] = [info_of(self.lockstep, arena, outcome) for arena, outcome in enumerate(outcomes)]
        for info, outcome in zip(infos, outcomes, strict=True):
            info["TimeLimit.truncated"] = outcome.truncated

    def _set_reset_infos(self, arenas: Iterable[int]) -> None:
        for arena in arenas:
            self.reset_infos[arena] = start_info_of(self.lockstep, arena)

    @staticmethod
    def _close_info(info: dict[str, Any], outcome: Outcome, truncated: bool, observation: Image) -> None:
        info["TimeLimit.truncated"] = truncated
        info["terminal_observation"] = observation
        info["episode"] = {"r": outcome.total_reward, "l": outcome.steps}
