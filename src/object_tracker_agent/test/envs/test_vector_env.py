"""Gymnasium's vector interface, on the kinematic stand-in as a simulation to attach to."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from object_tracker_agent.envs import ObjectTrackerEnv, ObjectTrackerVectorEnv, joining
from object_tracker_agent.envs.seeds import episode_seed
from object_tracker_agent.errors import UserError

STRAIGHT = 5


@pytest.fixture
def attach(kinematic_client, monkeypatch):
    """Make an environment attached to a stand-in: attach(num_envs, preset=...)."""

    def attach(num_envs=2, kind=ObjectTrackerVectorEnv, **arguments):
        client = kinematic_client(num_envs)
        monkeypatch.setattr(joining, "StepClient", lambda **_: client)
        if kind is ObjectTrackerVectorEnv:
            arguments["num_envs"] = num_envs
        return kind(simulation="attach", **arguments), client

    return attach


def test_spaces(attach):
    env, _ = attach(3)
    assert env.num_envs == 3
    assert env.single_action_space == gymnasium.spaces.Discrete(6)
    assert env.action_space == gymnasium.spaces.MultiDiscrete([6, 6, 6])
    assert env.single_observation_space.shape == (60, 80, 1)
    assert env.observation_space.shape == (3, 60, 80, 1)
    observations, infos = env.reset(seed=0)
    assert observations in env.observation_space
    assert infos["start_seed"].tolist() == [episode_seed(arena, 0, 0) for arena in range(3)]
    assert env.step(env.action_space.sample())[0] in env.observation_space


@pytest.mark.parametrize("actions", [5, {"linear": [0, 0.2], "angular": [-1, 1]}])
def test_plays_as_single_environments_do(attach, change, actions):
    """Environment i after reset(seed=s): what a single one plays after reset(seed=s + i), then the next."""
    preset = change("task.max_steps", 3, *(() if actions == 5 else ("actions", actions)))
    vector, _ = attach(2, preset=preset)
    singles = [attach(1, ObjectTrackerEnv, preset=preset)[0] for _ in range(2)]
    observations, infos = vector.reset(seed=7)
    for i, single in enumerate(singles):
        observation, info = single.reset(seed=7 + i)
        assert np.array_equal(observations[i], observation)
        assert {key: infos[key][i] for key in info} == info
    for _ in range(3):
        action = STRAIGHT if actions == 5 else np.array([0.5, 0.1], np.float32)
        observations, rewards, terminated, truncated, infos = vector.step(np.stack([action, action]))
        for i, single in enumerate(singles):
            observation, reward, *ends, info = single.step(action)
            assert np.array_equal(observations[i], observation)
            assert (rewards[i], [terminated[i], truncated[i]]) == (reward, ends)
            assert {key: infos[key][i] for key in info} == info
    assert truncated.all()
    observations, *_, infos = vector.step(np.stack([action, action]))
    for i, single in enumerate(singles):
        observation, info = single.reset()
        assert np.array_equal(observations[i], observation)
        assert {key: infos[key][i] for key in info} == info


def test_the_next_step_begins_anew(attach, change):
    env, client = attach(2, preset=change("task.max_steps", 2))
    assert env.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    env.reset(seed=0)
    actions = np.array([STRAIGHT, STRAIGHT])
    ends, paid = [], []
    for _ in range(6):
        _, rewards, terminated, truncated, infos = env.step(actions)
        ends.append(truncated.tolist())
        paid.append(rewards[0] > 0)
        assert not terminated.any()
    assert ends == [[False] * 2, [True] * 2, [False] * 2] * 2
    assert paid == [True, True, False] * 2
    assert client.calls == [(0.0, [0, 1]), *([(0.1, [])] * 3 + [(0.0, [0, 1])]) * 2]
    names = ("distance", "bearing", "in_view", "start_seed")
    assert set(infos) == {*names, *(f"_{name}" for name in names)}
    assert infos["start_seed"].tolist() == [episode_seed(arena, 0, 2) for arena in range(2)]


def test_the_same_step_begins_anew(attach, change):
    env, _ = attach(2, preset=change("task.max_steps", 2), autoreset_mode="SameStep")
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    first, _ = env.reset(seed=0)
    actions = np.array([STRAIGHT, STRAIGHT])
    _, _, _, truncated, infos = env.step(actions)
    assert not truncated.any()
    assert "final_obs" not in infos
    observations, rewards, _, truncated, infos = env.step(actions)
    assert truncated.all()
    assert (rewards > 0).all()
    assert infos["final_obs"][1].shape == (60, 80, 1)
    assert not np.array_equal(infos["final_obs"][1], observations[1])
    assert infos["final_info"]["start_seed"].tolist() == [episode_seed(arena, 0, 0) for arena in range(2)]
    for told in (infos, infos["final_info"]):
        assert (told["in_view"] == (abs(told["bearing"]) <= 0.5428)).all()
    assert (infos["bearing"] != infos["final_info"]["bearing"]).all()
    assert infos["start_seed"].tolist() == [episode_seed(arena, 0, 1) for arena in range(2)]
    assert not np.array_equal(first, observations)


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_gymnasiums_statistics(attach, change, mode):
    env, _ = attach(2, preset=change("task.max_steps", 3), autoreset_mode=mode)
    env = RecordEpisodeStatistics(env)
    env.reset(seed=0)
    total = 0.0
    for _ in range(3):
        _, rewards, *_, infos = env.step(np.array([STRAIGHT, STRAIGHT]))
        total += rewards[1]
    assert infos["episode"]["l"].tolist() == [3, 3]
    assert infos["episode"]["r"][1] == pytest.approx(total)


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_an_interruption_truncates(attach, mode):
    env, client = attach(2, autoreset_mode=mode)
    env.reset(seed=0)
    env.step(np.array([STRAIGHT, STRAIGHT]))
    client.interruptions = {2: {1: "the simulator was restarted"}}
    _, rewards, terminated, truncated, infos = env.step(np.array([STRAIGHT, STRAIGHT]))
    assert (terminated.tolist(), truncated.tolist()) == ([False, False], [False, True])
    assert rewards[1] == 0
    told = infos if mode == "NextStep" else infos["final_info"]
    assert told["interrupted"][1] == "the simulator was restarted"
    assert told["_interrupted"].tolist() == [False, True]
    _, _, _, truncated, infos = env.step(np.array([STRAIGHT, STRAIGHT]))
    assert not truncated.any()
    assert "interrupted" not in infos


def test_seeds(attach):
    env, client = attach(2)
    env.reset(seed=[5, 9])
    env.reset()
    assert [start.seed for start in client.starts] == [
        episode_seed(run, 0, episode) for episode in (0, 1) for run in (5, 9)
    ]
    with pytest.raises(UserError, match="seed: must be one number or 2 of them, not 3"):
        env.reset(seed=[1, 2, 3])
    with pytest.raises(UserError, match="seed: must be a whole number"):
        env.reset(seed=-1)
    env, client = attach(2)
    env.reset()
    assert len({start.seed for start in client.starts}) == 2


def test_pictures(attach):
    env, _ = attach(2, render_mode="rgb_array")
    env.reset(seed=0)
    assert [frame.shape for frame in env.render()] == [(120, 160, 3)] * 2
    env, client = attach(2)
    assert env.render() is None
    env.close()
    env.close()
    assert client.closed >= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"autoreset_mode": "Disabled"}, "autoreset_mode: must be 'NextStep' or 'SameStep', not 'Disabled'"),
        ({"render_mode": "human"}, "render_mode: must be None or 'rgb_array'"),
        ({"simulation": "mine"}, "simulation: must be 'own' or 'attach'"),
        ({"num_envs": 17}, "arenas: one simulation has from 1 to 16, not 17"),
        ({"num_envs": 0}, "arenas: one simulation has from 1 to 16, not 0"),
        ({"preset": "aproach"}, "no preset 'aproach'"),
    ],
)
def test_arguments_that_are_none(arguments, said):
    with pytest.raises(UserError, match=said):
        ObjectTrackerVectorEnv(**arguments)


def test_a_simulation_of_another_size(kinematic_client, monkeypatch):
    client = kinematic_client(3)
    monkeypatch.setattr(joining, "StepClient", lambda **_: client)
    with pytest.raises(UserError, match="num_envs: the simulation has 3 arenas, not 2: give num_envs=3"):
        ObjectTrackerVectorEnv(num_envs=2, simulation="attach")
    assert client.closed
