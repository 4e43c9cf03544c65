"""Gymnasium's conventions and arguments, on the kinematic stand-in as a simulation to attach to."""

import math

import numpy as np
import pytest

from object_tracker_agent.envs import ObjectTrackerEnv, joining, lockstep
from object_tracker_agent.envs.seeds import episode_seed
from object_tracker_agent.errors import UserError

STRAIGHT = 5
RIGHT = 1  # 0.06 rad in a step


@pytest.fixture
def attach(kinematic_client, monkeypatch):
    """Make an environment attached to a stand-in: attach(arenas, preset=...)."""

    def attach(arenas=1, **arguments):
        client = kinematic_client(arenas)
        monkeypatch.setattr(joining, "StepClient", lambda **_: client)
        return ObjectTrackerEnv(simulation="attach", **arguments), client

    return attach


def test_seeds_and_episodes(attach):
    env, client = attach()
    env.reset(seed=5)
    env.reset()
    env.reset(seed=5)
    _, info = env.reset()
    seeds = [start.seed for start in client.starts]
    assert seeds == [episode_seed(5, 0, 0), episode_seed(5, 0, 1)] * 2
    assert info["start_seed"] == seeds[-1]


def test_without_a_seed_starts_differ(attach):
    seeds = []
    for _ in range(2):
        env, client = attach()
        env.reset()
        env.reset()
        seeds += [start.seed for start in client.starts]
    assert len(set(seeds)) == 4


def test_success_terminates(attach, change):
    env, _ = attach(preset=change("task.start.burger", {"x": 0.3}))
    env.reset(seed=0)
    for step in range(5):  # 0.3 m - 5 * 0.022 m = 0.19 m
        _, reward, terminated, truncated, info = env.step(STRAIGHT)
        assert reward > 0
        assert (terminated, truncated, info["success"]) == (step == 4, False, step == 4)


def test_the_infos_of_reset_and_step(attach, change):
    env, _ = attach(preset=change("task.start.burger", {"x": 0.9, "y": 0.3}))
    start = env.reset(seed=0)[1]
    assert start == {
        "distance": pytest.approx(math.hypot(0.9, 0.3)),
        "bearing": pytest.approx(math.atan2(0.3, 0.9)),  # to the left
        "in_view": True,
        "start_seed": episode_seed(0, 0, 0),
    }
    infos = [env.step(RIGHT)[-1] for _ in range(10)]
    assert set(infos[0]) == {*start, "success", "is_success", "contact"}
    turned = [info["bearing"] for info in (start, *infos)]
    assert (np.diff(turned) > 0.06 - 1e-9).all()
    assert [info["in_view"] for info in infos] == [bearing < 0.5428 for bearing in turned[1:]]
    assert type(infos[-1]["in_view"]) is bool
    assert not infos[-1]["in_view"]


def test_the_time_limit_truncates(attach, change):
    env, _ = attach(preset=change("task.max_steps", 2))
    env.reset(seed=0)
    ends = [env.step(np.int64(0))[2:4] for _ in range(2)]
    assert ends == [(False, False), (False, True)]


def test_an_interruption_truncates(attach):
    env, client = attach()
    client.interruptions = {2: {0: "the simulator was restarted"}}
    env.reset(seed=0)
    before, *_ = env.step(STRAIGHT)
    observation, reward, terminated, truncated, info = env.step(STRAIGHT)
    assert np.array_equal(observation, before)
    assert (reward, terminated, truncated) == (0, False, True)
    assert info["interrupted"] == "the simulator was restarted"
    env.reset()
    assert env.step(STRAIGHT)[2:4] == (False, False)


def test_other_arenas_stand_still_and_never_stop_ours(attach, change):
    env, client = attach(3, preset=change("task.max_steps", 50))
    client.interruptions = {3: {2: "the simulator gave up"}}
    env.reset(seed=0)
    for _ in range(5):
        *_, terminated, truncated, _ = env.step(STRAIGHT)
        assert not terminated
        assert not truncated
    assert not client.waffle[1:].any()
    assert client.waffle[0, 0] == pytest.approx(5 * 0.022)
    assert client.calls[4] == (0.0, [2])


def test_an_interruption_while_another_arena_is_reset(attach):
    env, client = attach(2)
    client.interruptions = {2: {1: "one"}, 3: {0: "all", 1: "all"}}
    env.reset(seed=0)
    env.step(STRAIGHT)
    _, reward, terminated, truncated, info = env.step(STRAIGHT)
    assert reward > 0  # this step was still a good one
    assert (terminated, truncated) == (False, True)
    assert info["interrupted"] == "all"


def test_rendering(attach):
    env, client = attach(render_mode="rgb_array")
    env.reset(seed=0)
    assert np.array_equal(env.render(), client._frame(0, False))
    assert env.metadata["render_fps"] == 10
    assert attach()[0].render_mode is None


def test_closing_leaves_the_client_once(attach):
    env, client = attach()
    env.close()
    env.close()
    assert client.closed == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"simulation": "owned"}, "simulation: must be 'own' or 'attach', not 'owned'; did you mean 'own'?"),
        ({"render_mode": "human"}, "render_mode: must be None or 'rgb_array', not 'human'"),
        ({"preset": "aproach"}, "no preset 'aproach'; did you mean 'approach'?"),
    ],
)
def test_arguments_that_are_not_right(arguments, said):
    with pytest.raises(UserError) as caught:
        ObjectTrackerEnv(**arguments)
    assert said in str(caught.value)


def test_a_seed_that_is_not_right(attach):
    env, _ = attach()
    with pytest.raises(UserError, match="seed: must be a whole number, 0 or more, not -1"):
        env.reset(seed=-1)


def test_a_simulation_that_does_not_fit_is_left_again(kinematic_client, monkeypatch, change):
    client = kinematic_client(1)
    monkeypatch.setattr(joining, "StepClient", lambda **_: client)
    with pytest.raises(UserError, match="renders 120 by 160 pixel"):
        ObjectTrackerEnv(simulation="attach", preset=change("observation.camera_height", 240))
    assert client.closed == 1


@pytest.mark.integration
def test_attaching_to_nothing(monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", "99")
    monkeypatch.setattr(lockstep, "READY_TIMEOUT", 0.5)
    with pytest.raises(UserError, match=r"the simulation was not ready within 0\.5 s"):
        ObjectTrackerEnv(simulation="attach")
