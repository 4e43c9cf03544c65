"""Playing seeded trials on all arenas at once, each trial once and to its end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from object_tracker_agent.envs.seeds import trial_seed
from object_tracker_agent.errors import UserError
from object_tracker_agent.evaluation.drivers import Driver
from object_tracker_agent.rewards.inputs import CONTACT_WAFFLE_BURGER, CONTACT_WAFFLE_WORLD

MAX_INTERRUPTIONS = 3  # of one trial; more means that the simulation cannot do it


@dataclass(frozen=True)
class Trial:
    """How one trial went."""

    trial: int  # 0, 1, …
    seed: int  # of its start
    success: bool
    end: str  # success, lost, contact, time limit
    steps: int
    final_distance: float  # [m]
    reward: float  # sum, not scaled


class TrialSeeds:
    """Deals out trials to arenas as they become free. Give it to the environment as ``episode_seed``.

    Which arena plays a trial makes no difference to it: its start is drawn from its own seed. An arena for
    which no trial is left plays on with one that is not counted.
    """

    def __init__(self, trials: int, seed: int) -> None:
        self.seed = seed
        self._queue = deque(range(trials))
        self._dealt: dict[int, list[int | None]] = {}
        self._interruptions: dict[int, int] = {}

    def __call__(self, arena: int, episode: int) -> int:
        trial = self._queue.popleft() if self._queue else None
        self._dealt.setdefault(arena, []).append(trial)
        return trial_seed(self.seed, 0 if trial is None else trial)

    def ended(self, arena: int) -> int | None:
        """Return the trial whose end in `arena` was just seen, None if it does not count."""
        return self._dealt[arena].pop(0)

    def again(self, trial: int, reason: str) -> None:
        """Put an interrupted trial back. Raises UserError when that happens too often."""
        self._interruptions[trial] = self._interruptions.get(trial, 0) + 1
        if self._interruptions[trial] > MAX_INTERRUPTIONS:
            raise UserError(f"trial {trial} was interrupted {MAX_INTERRUPTIONS + 1} times: {reason}")
        self._queue.append(trial)


def play_trials(
    env: VecEnv,
    seeds: TrialSeeds,
    driver: Driver,
    trials: int,
    *,
    on_trial: Callable[[Trial], None] = lambda trial: None,
    go_on: Callable[[], bool] = lambda: True,
) -> list[Trial]:
    """Play all trials with `driver`'s actions and return them in order; fewer if `go_on` said no.

    Every trial that was begun is finished, so short ones are not favoured. One that the simulation
    interrupted is played again.
    """
    done: dict[int, Trial] = {}
    observations = np.asarray(env.reset())
    driver.begin(range(env.num_envs))
    while len(done) < trials and go_on():
        observed, _, dones, infos = env.step(driver.act(observations))
        observations = np.asarray(observed)
        driver.begin(int(arena) for arena in np.flatnonzero(dones))
        for arena in np.flatnonzero(dones):
            number, info = seeds.ended(int(arena)), infos[arena]
            if number is None:
                continue
            if info.get("interrupted"):
                seeds.again(number, str(info["interrupted"]))
                continue
            done[number] = _trial(number, seeds.seed, info)
            on_trial(done[number])
    return [done[number] for number in sorted(done)]


def _trial(number: int, seed: int, info: dict[str, Any]) -> Trial:
    success = bool(info["success"])
    touched = bool(info.get("contact", 0) & (CONTACT_WAFFLE_BURGER | CONTACT_WAFFLE_WORLD))
    over_time = bool(info.get("TimeLimit.truncated", False))
    return Trial(
        trial=number,
        seed=trial_seed(seed, number),
        success=success,
        end="success" if success else "time limit" if over_time else "contact" if touched else "lost",
        steps=int(info["episode"]["l"]),
        final_distance=float(info["distance"]),
        reward=float(info["episode"]["r"]),
    )
