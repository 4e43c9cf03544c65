"""The object tracker as an environment of Gymnasium."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt

from object_tracker_agent.envs.actions import make_actions
from object_tracker_agent.envs.infos import info_of, start_info_of
from object_tracker_agent.envs.joining import checked_preset, checked_render_mode, join
from object_tracker_agent.envs.lockstep import LockstepArenas
from object_tracker_agent.envs.observations import Image, observation_space
from object_tracker_agent.envs.seeds import checked_seed, episode_seed
from object_tracker_agent.presets import Preset


class ObjectTrackerEnv(gymnasium.Env[Image, Any]):
    """
    ## Description
    A TurtleBot3 Waffle Pi sees a TurtleBot3 Burger with its camera and is to drive up to it, in Gazebo.
    Time is simulated and moves in `step` alone, by exactly one step time; the observation, the distance and
    the reward a step returns belong to the instant at its end. The same seed and actions give the same
    episode. What follows holds for the preset `approach`; a preset (YAML) can change every number.

    ## Action space
    `Discrete(6)`, the number of a row in the preset's action table. The velocities are held for one step of
    0.1 s, within the real robot's limits of speed and acceleration.

    | number | linear [m/s] | angular [rad/s] | |
    |---|---|---|---|
    | 0 | 0.10 | +0.6 | left, sharply |
    | 1 | 0.10 | -0.6 | right, sharply |
    | 2 | 0.10 | 0 | straight on |
    | 3 | 0.10 | +0.3 | left |
    | 4 | 0.10 | -0.3 | right |
    | 5 | 0.22 | 0 | straight on, fast |

    A preset with ranges instead of a table, `actions: {linear: [0, 0.26], angular: [-1, 1]}`, makes it
    `Box(-1, 1, (2,), float32)`: -1 and 1 are the ends of the range of linear and angular velocity, 0 is its
    middle, and what lies beyond is clipped.

    ## Observation space
    `Box(0, 255, (60, 80, 1), uint8)`: height, width, channels * stack. The camera image (120 rows, 160
    columns, RGB, horizontal field of view 1.0856 rad) shrunk by the mean over areas; one channel is its
    luminance (0.299 R + 0.587 G + 0.114 B), three are RGB; a stack has the newest picture last.

    ## Rewards
    `approach`: 10·ln(d_min / d) when the distance d is a new minimum of the episode, and 10 per radian by
    which the Burger has come nearer to the middle of the picture (negative: farther from it). The sum
    depends only on how near the Waffle gets and where it looks at the start and the end: an arrival pays
    about 28 to 33 in all.
    The preset's reward scale is for learners and does not apply here.

    ## Starting state
    Waffle at x = 0, y = 0, facing +x; Burger at x = 3.5 m, y uniform in -1 .. 1 m; both at rest. The Burger
    stands still.

    ## Episode end
    Distances are between the origins of the robots' base_footprint, in the plane.
    1. Termination, success: the Burger is nearer than 0.2 m.
    2. Termination, failure: the Burger is farther than 5 m.
    3. Truncation: 1000 steps.
    4. Truncation: the simulator had to be restarted. `info["interrupted"]` says why, the observation is the
       last there was, and the step pays 0.

    ## Info
    | key | |
    |---|---|
    | `distance` | Waffle to Burger at the end of the step [m] |
    | `bearing` | of the Burger from the Waffle [rad]: 0 straight ahead, positive to the left |
    | `in_view` | whether that is within the camera's field of view |
    | `success`, `is_success` | whether the Burger has been reached |
    | `contact` | bits of what touched: 1 Waffle and Burger, 2 Waffle and world, 4 Burger and world |
    | `start_seed` | everything random in the episode is drawn from it |
    | `interrupted` | only if the simulation was: why |

    `reset` gives `distance`, `bearing`, `in_view` and `start_seed`.

    ## Arguments
    ```python
    gymnasium.make(
        "object_tracker_agent:ObjectTracker-v0",
        preset="approach",      # name, path of a .yaml file, or a Preset
        simulation="own",       # "own": starts a Gazebo and ends it in close(); "attach": joins a running one
        world=None,             # own simulation only: name or path of a world file; None: the preset's
        render_mode=None,       # or "rgb_array": render() gives the camera image, RGB
    )
    ```
    "attach" looks on the ROS domain of the environment variable ROS_DOMAIN_ID, plays in arena 0, and leaves
    the simulation running. One client can step a simulation at a time.

    `reset(seed=s)` begins with episode 0 of run seed s, each further `reset()` is the next episode. The
    first `reset()` without a seed draws one.

    ## Errors
    `UserError`, a line that says what to do: unknown preset or world, no simulation, a simulation that does
    not fit the preset. Its subclass `SimulationLost`: the simulation has gone.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012

    def __init__(
        self,
        preset: str | Preset = "approach",
        simulation: str = "own",
        world: str | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Start or join a simulation; see the class for the arguments."""
        self._closed = True
        self.render_mode = checked_render_mode(render_mode)
        self.preset = checked_preset(preset)
        self.metadata = {**self.metadata, "render_fps": round(1 / self.preset.task.step_time)}
        self._actions = make_actions(self.preset)
        self.observation_space = observation_space(self.preset.observation)  # type: ignore[assignment]
        self.action_space = self._actions.space
        self._run_seed = 0
        self._seeded = False
        self._joined = join(self.preset, simulation, world)
        try:
            self._lockstep = LockstepArenas(self._joined.client, self.preset, self._episode_seed)
        except BaseException:
            self._joined.close()
            raise
        self._closed = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Image, dict[str, Any]]:
        """Start the next episode; with `seed`, the first one of that run seed. `options` are not used."""
        if seed is not None:
            super().reset(seed=checked_seed(seed))
            self._begin_run(int(seed))
        elif not self._seeded:
            self._begin_run(int(self.np_random.integers(2**32)))
        # The other arenas of a simulation we have joined only stand there, but start anew with ours.
        self._lockstep.reset(range(self._lockstep.arenas))
        return self._lockstep.observations[0], start_info_of(self._lockstep, 0)

    def step(self, action: Any) -> tuple[Image, float, bool, bool, dict[str, Any]]:
        """Hold the velocities of an action for one step; returns what is at its end."""
        commands: npt.NDArray[np.float64] = np.zeros((self._lockstep.arenas, 2))
        commands[:1] = self._actions.velocities(np.asarray(action)[None], 1)
        outcomes = self._lockstep.step(commands)
        observation, outcome = self._lockstep.observations[0], outcomes[0]
        info = info_of(self._lockstep, 0, outcome)
        others = [arena for arena, other in enumerate(outcomes) if arena and other.ended]
        if others and not outcome.ended:
            cut_short = self._lockstep.reset(others)
            if 0 in cut_short:
                return observation, outcome.reward, False, True, {**info, "interrupted": cut_short[0]}
        return observation, outcome.reward, outcome.terminated, outcome.truncated, info

    def render(self) -> Image | None:
        """Return the latest camera image. Shape: (camera height, camera width, 3), RGB"""
        return self._lockstep.frames[0].copy() if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Leave the simulation, and end it if it is our own. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._joined.close()

    def _begin_run(self, seed: int) -> None:
        self._run_seed = seed
        self._seeded = True
        self._lockstep.restart_episode_counts()

    def _episode_seed(self, arena: int, episode: int) -> int:
        return episode_seed(self._run_seed, arena, episode)
