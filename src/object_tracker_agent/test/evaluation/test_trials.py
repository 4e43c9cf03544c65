"""Trials: each played once, to its end, whichever arena gets it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv
from synthetic_env import tiny_preset

from object_tracker_agent.envs.seeds import trial_seed
from object_tracker_agent.errors import UserError
from object_tracker_agent.evaluation.drivers import PolicyDriver
from object_tracker_agent.evaluation.results import prepare_output, write_results
from object_tracker_agent.evaluation.summary import summarise
from object_tracker_agent.evaluation.trials import Trial, TrialSeeds, _trial, play_trials
from object_tracker_agent.policies import Policy


class LengthsEnv(VecEnv):
    """Episodes whose length and success follow from their seed alone, as ObjectTrackerVecEnv numbers them."""

    def __init__(self, arenas: int, seeds: TrialSeeds, interrupt_at: frozenset[int] = frozenset()) -> None:
        shape = (20, 24, 1)
        super().__init__(arenas, spaces.Box(0, 255, shape, np.uint8), spaces.Discrete(6))
        self.seeds, self.interrupt_at, self.clock = seeds, interrupt_at, 0
        self.episodes = [0] * arenas
        self.started: list[int] = []

    def _begin(self, arena: int) -> None:
        seed = self.seeds(arena, self.episodes[arena])
        self.started.append(seed)
        self.episodes[arena] += 1
        random = np.random.default_rng(seed)
        self.length[arena], self.success[arena] = int(random.integers(1, 30)), bool(random.random() < 0.5)
        self.age[arena] = 0

    def reset(self) -> np.ndarray:
        self.length, self.success, self.age = ([0] * self.num_envs for _ in range(3))
        for arena in range(self.num_envs):
            self._begin(arena)
        return np.zeros((self.num_envs, 20, 24, 1), np.uint8)

    def step_async(self, actions: np.ndarray) -> None:
        assert actions.shape == (self.num_envs,)

    def step_wait(self) -> Any:
        self.clock += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        dones = np.zeros(self.num_envs, bool)
        for arena in range(self.num_envs):
            self.age[arena] += 1
            cut = self.clock in self.interrupt_at
            dones[arena] = cut or self.age[arena] == self.length[arena]
            if dones[arena]:
                info = {"success": self.success[arena] and not cut, "distance": 0.1 * self.length[arena]}
                info |= {"TimeLimit.truncated": cut, "episode": {"r": 1.5, "l": self.age[arena]}}
                infos[arena] = info | ({"interrupted": "restarted"} if cut else {})
                self._begin(arena)
        return np.zeros((self.num_envs, 20, 24, 1), np.uint8), np.zeros(self.num_envs), dones, infos

    def close(self) -> None: ...

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None: ...

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        return []

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * self.num_envs


@pytest.fixture(scope="module")
def policy() -> PolicyDriver:
    return PolicyDriver(Policy(tiny_preset()))


def play(policy: PolicyDriver, arenas: int, trials: int, seed: int = 5, **options: Any) -> list[Trial]:
    seeds = TrialSeeds(trials, seed)
    return play_trials(LengthsEnv(arenas, seeds, **options), seeds, policy, trials)


def test_results_do_not_depend_on_the_number_of_arenas(policy: PolicyDriver) -> None:
    one = play(policy, 1, 40)
    assert [trial.trial for trial in one] == list(range(40))
    assert [trial.seed for trial in one] == [trial_seed(5, number) for number in range(40)]
    for arenas in (3, 8, 50):
        assert play(policy, arenas, 40) == one
    assert play(policy, 3, 40, seed=6) != one


def test_long_trials_count_like_short_ones(policy: PolicyDriver) -> None:
    """Taking the first 40 that end would favour short ones: here the longest of each seed is among them."""
    lengths = [int(np.random.default_rng(trial_seed(5, number)).integers(1, 30)) for number in range(40)]
    assert [trial.steps for trial in play(policy, 8, 40)] == lengths


def test_each_trial_starts_once(policy: PolicyDriver) -> None:
    seeds = TrialSeeds(40, 5)
    env = LengthsEnv(8, seeds)
    play_trials(env, seeds, policy, 40)
    assert sorted(env.started[:40]) == sorted(trial_seed(5, number) for number in range(40))


def test_interrupted_trials_are_played_again(policy: PolicyDriver) -> None:
    assert play(policy, 4, 40, interrupt_at=frozenset({5, 11, 40})) == play(policy, 4, 40)


def test_a_simulation_that_is_always_interrupted_is_told(policy: PolicyDriver) -> None:
    with pytest.raises(UserError, match="was interrupted 4 times: restarted"):
        play(policy, 2, 3, interrupt_at=frozenset(range(1000)))


def test_ends_are_told_apart(policy: PolicyDriver) -> None:
    trials = play(policy, 3, 30)
    assert {trial.end for trial in trials} == {"success", "lost"}
    assert all(trial.success == (trial.end == "success") for trial in trials)


@pytest.mark.parametrize(
    ("info", "end"),
    [
        ({"contact": 0}, "lost"),
        ({"contact": 1}, "contact"),
        ({"contact": 2}, "contact"),
        ({"contact": 4}, "lost"),  # the Burger against a wall
        ({"contact": 1, "TimeLimit.truncated": True}, "time limit"),
        ({"contact": 1, "success": True}, "success"),
    ],
)
def test_why_a_trial_has_ended(info: dict[str, Any], end: str) -> None:
    told = {"success": False, "distance": 1.0, "episode": {"r": 0.0, "l": 3}, **info}
    assert _trial(0, 1, told).end == end


def test_stopping_ends_early(policy: PolicyDriver) -> None:
    seeds = TrialSeeds(40, 5)
    done: list[Trial] = []
    found = play_trials(
        LengthsEnv(4, seeds), seeds, policy, 40, on_trial=done.append, go_on=lambda: len(done) < 7
    )
    assert 7 <= len(found) < 40


def test_results_on_disk(tmp_path: Path, policy: PolicyDriver) -> None:
    trials = play(policy, 3, 10)
    folder = tmp_path / "evaluation" / "one"
    prepare_output(folder)
    write_results(folder, summarise(trials, "reach"), trials)
    assert json.loads((folder / "summary.json").read_text())["trials"] == 10
    with (folder / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["seed"]) for row in rows] == [trial.seed for trial in trials]
    assert {row["success"] for row in rows} == {"True", "False"}
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot create output_dir"):
        prepare_output(tmp_path / "file" / "x")
