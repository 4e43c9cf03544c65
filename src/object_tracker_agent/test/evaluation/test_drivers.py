"""Who drives in trials, on the kinematic stand-in; the scripted one on Gazebo: test_on_gazebo.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from kinematic import KinematicClient

from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.evaluation.drivers import make_driver
from object_tracker_agent.evaluation.scripted import ScriptedDriver
from object_tracker_agent.evaluation.trials import Trial, TrialSeeds, play_trials
from object_tracker_agent.presets import Preset, load_preset

CONTINUOUS = {"linear": [0.0, 0.26], "angular": [-1.0, 1.0]}


def preset(name: str, **values: Any) -> Preset:
    return Preset.from_dict({**load_preset(name).to_dict(), **values})


def play(task: Preset, driver: str, trials: int = 10, arenas: int = 4, seed: int = 5) -> list[Trial]:
    seeds = TrialSeeds(trials, seed)
    env = ObjectTrackerVecEnv(KinematicClient(arenas), task, episode_seed=seeds)  # type: ignore[arg-type]
    return play_trials(env, seeds, make_driver(driver, env, None), trials)


@pytest.mark.parametrize("actions", [None, CONTINUOUS])
def test_the_script_arrives_almost_straight(actions: Any) -> None:
    changes = {} if actions is None else {"actions": actions}
    trials = play(preset("approach", **changes), "scripted")
    assert all(trial.success for trial in trials)
    # 3.3 m at the fastest speed of 0.22 or 0.26 m/s are 150 or 127 steps; Burgers to the side are farther off
    assert max(trial.steps for trial in trials) < (175 if actions is None else 150)


@pytest.mark.parametrize("actions", [None, {**CONTINUOUS, "linear": [-0.1, 0.26]}])
def test_the_script_follows(actions: Any) -> None:
    changes = {} if actions is None else {"actions": actions}
    trials = play(preset("follow", **changes), "scripted")
    assert sum(trial.success for trial in trials) >= 9


def test_the_script_goes_by_the_poses_and_not_by_the_pictures() -> None:
    env = ObjectTrackerVecEnv(KinematicClient(2), load_preset("approach"))  # type: ignore[arg-type]
    observations = env.reset()
    driver = ScriptedDriver(env)
    before = driver.act(observations)
    assert np.array_equal(driver.act(np.zeros_like(observations)), before)
    env.lockstep.reply.burger_pose[:, :2] = (0.0, 3.5)  # to the left
    assert driver.act(observations).tolist() == [0, 0]
    env.lockstep.reply.burger_pose[:, :2] = (0.0, -3.5)
    assert driver.act(observations).tolist() == [1, 1]


def test_the_script_follows_at_the_middle_of_the_range() -> None:
    env = ObjectTrackerVecEnv(KinematicClient(1), load_preset("follow"))  # type: ignore[arg-type]
    observations, table = env.reset(), env.preset.actions
    driver = ScriptedDriver(env)
    for distance, linear in ((0.65, 0.0), (1.2, 0.26), (0.35, -0.13)):
        env.lockstep.reply.burger_pose[:, :2] = (distance, 0.0)
        (action,) = driver.act(observations)
        assert table[action].linear == linear


@pytest.mark.parametrize("actions", [None, CONTINUOUS])
def test_chance_depends_on_the_trial_and_not_on_the_arena(actions: Any) -> None:
    changes = {} if actions is None else {"actions": actions}
    task = preset("approach", task={"max_steps": 40}, **changes)
    one = play(task, "random", arenas=1)
    assert play(task, "random", arenas=3) == one
    assert len({trial.final_distance for trial in one}) == len(one)
    assert play(task, "random", seed=6) != one


def test_chance_takes_every_action() -> None:
    env = ObjectTrackerVecEnv(KinematicClient(3), load_preset("approach"))  # type: ignore[arg-type]
    observations = env.reset()
    driver = make_driver("random", env, None)
    driver.begin(range(3))
    drawn = np.array([driver.act(observations) for _ in range(400)])
    counts = np.bincount(drawn.ravel(), minlength=6)
    assert len(counts) == 6
    assert counts.min() > 150  # of 200 each on average; 150 is four standard deviations less
