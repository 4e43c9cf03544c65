"""A round: every arena of an environment plays T steps, and each gives a fragment."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from object_tracker_agent.policies import Policy, channel_first
from object_tracker_agent.training.fragment import Episode, Fragment, FragmentLayout
from object_tracker_agent.training.stopwatch import Stopwatch


@dataclass(frozen=True)
class Identity:
    """Who makes the fragments."""

    run_id: str
    worker: str
    incarnation: int


class Collector:
    """Plays the arenas of `env` with a policy, going on with the episodes from round to round.

    Does at each step what SB3's ``collect_rollouts`` does, so that a buffer filled with the fragments equals
    one filled by it.
    """

    def __init__(
        self,
        env: VecEnv,
        policy: Policy,
        layout: FragmentLayout,
        identity: Identity,
        *,
        reward_scale: float = 1.0,
        on_episode: Callable[[int, Episode], None] = lambda arena, episode: None,
        on_interruption: Callable[[str], None] = lambda reason: None,
        go_on: Callable[[], bool] = lambda: True,
        watch: Stopwatch | None = None,
    ) -> None:
        self._env = env
        self._policy = policy
        self._layout = layout
        self._identity = identity
        self._scale = np.float32(reward_scale)
        self._on_episode = on_episode
        self._on_interruption = on_interruption  # with the reason, once for all arenas
        self._go_on = go_on  # asked at every step
        self._watch = watch or Stopwatch()  # told of simulation, inference and other
        self._observations = channel_first(np.asarray(env.reset()))
        self._episode_starts = np.ones(env.num_envs, bool)
        self._where = np.array([whereabouts(info) for info in env.reset_infos])
        self._sequence = 0

    def collect(self, policy_version: int) -> list[Fragment]:
        """Return one fragment per arena; nothing if `go_on` said no in between."""
        steps, arenas, watch = self._layout.steps, self._env.num_envs, self._watch
        arrays = {
            name: np.zeros((steps, arenas, *shape[1:]), dtype)
            for name, (shape, dtype) in self._layout.arrays.items()
        }
        episodes: list[list[Episode]] = [[] for _ in range(arenas)]
        for step in range(steps):
            if not self._go_on():
                return []
            watch.lap("other")
            decision = self._policy.decide(self._observations)
            watch.lap("inference")
            arrays["observations"][step] = self._observations
            arrays["episode_starts"][step] = self._episode_starts
            arrays["where"][step] = self._where
            arrays["actions"][step] = decision.actions
            arrays["values"][step] = decision.values
            arrays["log_probs"][step] = decision.log_probs
            watch.lap("other")
            observations, rewards, dones, infos = self._env.step(decision.carried_out)
            watch.lap("simulation")
            arrays["rewards"][step] = np.asarray(rewards, np.float32) * self._scale
            for arena in np.flatnonzero(dones):
                truncated = bool(infos[arena].get("TimeLimit.truncated", False))
                arrays["truncated" if truncated else "terminated"][step, arena] = True
                if truncated:
                    last = channel_first(np.asarray(infos[arena]["terminal_observation"]))
                    arrays["truncation_values"][step, arena] = self._policy.values(last[None])[0]
                episode = summary(infos[arena])
                episodes[arena].append(episode)
                self._on_episode(int(arena), episode)
            for reason in dict.fromkeys(info["interrupted"] for info in infos if "interrupted" in info):
                self._on_interruption(reason)
            self._observations = channel_first(np.asarray(observations))
            self._episode_starts = np.asarray(dones, bool)
            for index, (done, info) in enumerate(zip(dones, infos, strict=True)):
                self._where[index] = whereabouts(self._env.reset_infos[index] if done else info)
        watch.lap("other")
        last_values = self._policy.values(self._observations)
        watch.lap("inference")
        fragments = [
            Fragment(
                run_id=self._identity.run_id,
                worker=self._identity.worker,
                incarnation=self._identity.incarnation,
                sequence=self._sequence + arena,
                arena=arena,
                policy_version=policy_version,
                last_value=float(last_values[arena]),
                episodes=tuple(episodes[arena]),
                **{name: np.ascontiguousarray(array[:, arena]) for name, array in arrays.items()},
            )
            for arena in range(arenas)
        ]
        self._sequence += arenas
        watch.lap("other")
        return fragments


def whereabouts(info: dict[str, Any]) -> tuple[float, float, float]:
    """Return Fragment.where of the observation that `info` came with; zeros where it does not tell."""
    in_view, bearing, distance = (float(info.get(name, 0.0)) for name in ("in_view", "bearing", "distance"))
    if not math.isfinite(bearing + distance):  # a pose that the simulator cannot tell
        return 0.0, 0.0, 0.0
    return in_view, bearing, distance


def summary(info: dict[str, Any]) -> Episode:
    """Return how the episode that an environment's `info` closes went."""
    return Episode(
        reward=float(info["episode"]["r"]),
        length=int(info["episode"]["l"]),
        success=bool(info.get("success", False)),
        distance=float(info.get("distance", 0.0)),
        interrupted=bool(info.get("interrupted")),
    )
