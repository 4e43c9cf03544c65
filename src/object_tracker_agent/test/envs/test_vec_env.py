"""The conventions of Stable-Baselines3, on the kinematic stand-in."""

import math

import numpy as np
import pytest
from kinematic import LEFT, STRAIGHT, burger_ahead, play
from stable_baselines3.common.vec_env import VecTransposeImage

from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.envs.observations import picture
from object_tracker_agent.envs.seeds import episode_seed
from object_tracker_agent.errors import UserError


def test_spaces_and_shapes(kinematic_client, approach):
    env = ObjectTrackerVecEnv(kinematic_client(3), approach)
    assert env.num_envs == 3
    assert env.action_space.n == 6
    observations = env.reset()
    assert observations.shape == (3, 60, 80, 1)
    assert all(observation in env.observation_space for observation in observations)
    observations, rewards, dones, infos = env.step(np.array([0, 1, 5]))
    assert observations.shape == (3, 60, 80, 1)
    assert observations.dtype == np.uint8
    assert (rewards.shape, rewards.dtype) == ((3,), np.float32)
    assert (dones.shape, dones.dtype) == ((3,), bool)
    assert len(infos) == 3
    for info in infos:
        assert set(info) == {
            "distance",
            "bearing",
            "in_view",
            "success",
            "is_success",
            "contact",
            "start_seed",
            "TimeLimit.truncated",
        }
        assert info["TimeLimit.truncated"] is False


def test_one_call_per_step(kinematic_client, approach):
    client = kinematic_client(3)
    env = ObjectTrackerVecEnv(client, approach)
    env.reset()
    play(env, 4)
    assert client.calls == [(0.0, [0, 1, 2])] + [(0.1, [])] * 4


def test_an_arrival(kinematic_client, change):
    client = kinematic_client(1)
    env = ObjectTrackerVecEnv(client, burger_ahead(change))
    first = env.reset()
    steps = play(env, 14)  # 0.5 m - 14 * 0.022 m = 0.192 m
    assert [bool(dones[0]) for _, _, dones, _ in steps] == [False] * 13 + [True]
    observations, _, _, infos = steps[-1]
    info = infos[0]
    assert info["success"] is info["is_success"] is True
    assert info["TimeLimit.truncated"] is False
    assert info["distance"] == pytest.approx(0.192)
    assert info["episode"]["l"] == 14
    assert info["episode"]["r"] == pytest.approx(10 * math.log(0.5 / 0.192))
    assert info["episode"]["r"] == pytest.approx(
        sum(float(rewards[0]) for _, rewards, _, _ in steps), rel=1e-5
    )
    assert client.calls[-2:] == [(0.1, []), (0.0, [0])]
    assert not np.array_equal(info["terminal_observation"], observations[0])
    assert np.array_equal(observations, first)  # the burger stands at the same place again
    assert "terminal_observation" not in steps[-2][3][0]
    assert "episode" not in steps[-2][3][0]
    assert env.reset_infos[0]["distance"] == pytest.approx(0.5)
    # the next episode counts from its own start
    assert env.step(np.array([STRAIGHT]))[1][0] == pytest.approx(10 * math.log(0.5 / 0.478))


def test_the_time_limit(kinematic_client, change):
    env = ObjectTrackerVecEnv(kinematic_client(2), change("task.max_steps", 3))
    env.reset()
    steps = play(env, 7)
    assert [dones.tolist() for _, _, dones, _ in steps] == [
        [last, last] for last in (False, False, True, False, False, True, False)
    ]
    info = steps[2][3][1]
    assert info["TimeLimit.truncated"] is True
    assert info["success"] is False
    assert info["episode"]["l"] == 3


def test_only_ended_arenas_start_anew(kinematic_client, change):
    client = kinematic_client(2)
    env = ObjectTrackerVecEnv(client, burger_ahead(change))
    env.reset()
    for _ in range(14):
        _, _, dones, infos = env.step(np.array([LEFT, STRAIGHT]))
    assert dones.tolist() == [False, True]
    assert client.calls[-1] == (0.0, [1])
    assert "terminal_observation" not in infos[0]
    assert [start.arena for start in client.starts] == [0, 1, 1]


def test_the_observation_is_of_the_end_of_the_step(kinematic_client, approach):
    client = kinematic_client(1)
    env = ObjectTrackerVecEnv(client, approach)
    env.reset()
    observations, *_ = env.step(np.array([LEFT]))
    assert np.array_equal(observations[0], picture(client._frame(0, False), approach.observation))


def test_bearing_and_distance_are_those_of_the_picture(kinematic_client, change):
    """Whatever ends or interrupts episodes: each info tells of the observation that it comes with."""
    half_view = 0.5 * 1.0856
    client = kinematic_client(3)
    client.interruptions = {4: {1: "restarted"}, 7: {0: "restarted"}}
    start = {"x": 0.9, "y": [-0.4, -0.1]}
    env = ObjectTrackerVecEnv(client, change("task.max_steps", 9, "task.start.burger", start))
    seen = []

    def check(observation, info):
        column = np.flatnonzero((observation != np.median(observation)).any((0, 2)))
        seen.append(info["in_view"])
        assert info["in_view"] == (abs(info["bearing"]) <= half_view) == bool(column.size)
        if column.size:
            assert column[0] == pytest.approx(40 * (1 - info["bearing"] / half_view), abs=1)
        return info

    for observation, info in zip(env.reset(), env.reset_infos, strict=True):
        assert set(check(observation, info)) == {"distance", "bearing", "in_view", "start_seed"}
        assert -0.42 < info["bearing"] < -0.1  # to the right
    ends = cut_short = 0
    for step in range(40):
        if step == 21:  # arena 1 ends; while it is reset, all are cut short
            client.interruptions = {len(client.calls) + 1: dict.fromkeys(range(3), "all")}
        observations, _, dones, infos = env.step(np.array([LEFT, STRAIGHT, 1 if step % 3 else LEFT]))
        for arena, (observation, info) in enumerate(zip(observations, infos, strict=True)):
            if dones[arena]:
                check(info["terminal_observation"], info)
                cut_short += info.get("interrupted") == "all"
                info = env.reset_infos[arena]
                ends += 1
            check(observation, info)
            there = client.burger[arena, :2] - client.waffle[arena, :2]
            assert info["distance"] == pytest.approx(np.hypot(*there))
    assert (ends > 9, cut_short) == (True, 2)
    assert {True, False} == set(seen)


def starts_of(client):
    return [(start.arena, start.seed, start.burger_pose) for start in client.starts]


def test_seeds_decide_the_starts(kinematic_client, change):
    preset = change("task.max_steps", 2)
    clients = [kinematic_client(3) for _ in range(3)]
    for client, seed in zip(clients, (4, 4, 5), strict=True):
        env = ObjectTrackerVecEnv(client, preset, seed=seed)
        env.reset()
        play(env, 6)
    assert starts_of(clients[0]) == starts_of(clients[1])
    assert not set(starts_of(clients[0])) & set(starts_of(clients[2]))
    assert [seed for _, seed, _ in starts_of(clients[0])] == [
        episode_seed(4, arena, episode) for episode in range(4) for arena in range(3)
    ]


def test_seed_takes_effect_at_the_next_reset(kinematic_client, change):
    client = kinematic_client(2)
    env = ObjectTrackerVecEnv(client, change("task.max_steps", 1), seed=1)
    env.reset()
    assert env.seed(9) == [episode_seed(9, 0, 0), episode_seed(9, 1, 0)]
    play(env, 1)
    env.reset()
    assert [seed for _, seed, _ in starts_of(client)] == [
        *(episode_seed(1, arena, episode) for episode in range(2) for arena in range(2)),
        *(episode_seed(9, arena, 0) for arena in range(2)),
    ]
    env.reset()
    assert client.starts[-1].seed == episode_seed(9, 1, 1)
    assert env.seed() != env.seed()


def test_an_episode_seed_of_ones_own(kinematic_client, change):
    asked = []

    def trials(arena, episode):
        asked.append((arena, episode))
        return 100 + len(asked)

    client = kinematic_client(2)
    env = ObjectTrackerVecEnv(client, change("task.max_steps", 2), episode_seed=trials)
    env.reset()
    _, _, _, infos = play(env, 2)[-1]
    assert asked == [(0, 0), (1, 0), (0, 1), (1, 1)]  # once per episode
    assert [start.seed for start in client.starts] == [101, 102, 103, 104]
    assert [info["start_seed"] for info in infos] == [101, 102]
    assert [info["start_seed"] for info in env.reset_infos] == [103, 104]
    assert env.seed(3) == [None, None]


@pytest.mark.parametrize(
    "actions",
    [np.array([0, 6]), np.array([-1, 0]), np.array([0]), np.array([0.0, 1.0]), np.array([[0], [1]])],
)
def test_actions_that_are_none(kinematic_client, approach, actions):
    env = ObjectTrackerVecEnv(kinematic_client(2), approach)
    env.reset()
    with pytest.raises(ValueError, match="actions must be"):
        env.step(actions)


def test_attributes_and_methods_of_arenas(kinematic_client, approach):
    env = ObjectTrackerVecEnv(kinematic_client(3), approach, seed=2)
    env.reset()
    assert env.get_attr("start_seed") == [episode_seed(2, arena, 0) for arena in range(3)]
    assert env.get_attr("arena", indices=[2, 0]) == [2, 0]
    assert env.get_attr("action_space", 1) == [env.action_space]
    assert env.get_attr("observation_space", 1) == [env.observation_space]
    env.set_attr("note", "mine", indices=1)
    assert env.get_attr("note", indices=1) == ["mine"]
    with pytest.raises(AttributeError):
        env.get_attr("note")
    assert env.has_attr("render_mode")
    assert not env.has_attr("note")
    assert env.env_method("render") == [None] * 3
    import gymnasium

    assert env.env_is_wrapped(gymnasium.Wrapper) == [False] * 3


def test_rendering(kinematic_client, approach):
    env = ObjectTrackerVecEnv(kinematic_client(3), approach, render_mode="rgb_array")
    env.reset()
    images = env.get_images()
    assert [image.shape for image in images] == [(120, 160, 3)] * 3
    assert env.render().shape == (240, 320, 3)
    assert env.metadata == {"render_modes": ["human", "rgb_array"], "render_fps": 10}
    with pytest.raises(ValueError, match="render_mode"):
        ObjectTrackerVecEnv(kinematic_client(3), approach, render_mode="human")


def test_closing_twice_and_wrapping(kinematic_client, approach):
    client = kinematic_client(2)
    env = VecTransposeImage(ObjectTrackerVecEnv(client, approach))
    assert env.reset().shape == (2, 1, 60, 80)
    env.close()
    assert client.closed == 1


@pytest.mark.parametrize(
    ("simulation", "said"),
    [
        ({"mode": "realtime"}, "the simulation runs in mode 'realtime'"),
        (
            {"height": 480, "width": 640},
            "renders 480 by 640 pixel, but preset 'approach' wants camera_height 120",
        ),
        ({"physics_step": 0.003}, r"task.step_time \(0.1 s\) must be a multiple of the physics step"),
        ({"physics_step": 0.2}, r"task.step_time \(0.1 s\) must be a multiple of the physics step"),
    ],
)
def test_a_simulation_that_does_not_fit(kinematic_client, approach, simulation, said):
    with pytest.raises(UserError, match=said):
        ObjectTrackerVecEnv(kinematic_client(1, **simulation), approach)


def test_stepping_before_reset(kinematic_client, approach):
    env = ObjectTrackerVecEnv(kinematic_client(1), approach)
    with pytest.raises(RuntimeError, match="reset"):
        env.step(np.array([0]))
