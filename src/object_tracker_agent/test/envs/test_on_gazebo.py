"""Both environments on the real simulation."""

import os

import gymnasium
import numpy as np
import psutil
import pytest
from gymnasium.utils.env_checker import check_env as gymnasium_check_env
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as sb3_check_env
from stable_baselines3.common.logger import Logger

from object_tracker_agent.envs import ObjectTrackerVecEnv, ObjectTrackerVectorEnv
from object_tracker_agent.envs.geometry import distance_and_bearing
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.simulation import OwnSimulation

pytestmark = pytest.mark.integration

ID = "object_tracker_agent:ObjectTracker-v0"
STRAIGHT, SHARP_LEFT, FAST = 2, 0, 5


@pytest.fixture(scope="module")
def simulation():
    with OwnSimulation(arenas=4) as own:
        yield own


@pytest.fixture(scope="module")
def env():
    env = gymnasium.make(ID, render_mode="rgb_array")
    yield env
    env.close()


@pytest.fixture(scope="module")
def client(simulation):
    """One for all tests here but those that attach by themselves."""
    with simulation.connect() as client:
        yield client


@pytest.fixture
def vec_env(client):
    """Make a VecEnv on the common simulation: vec_env(preset, seed=...)."""

    def make(preset=None, **arguments):
        return ObjectTrackerVecEnv(client, preset or load_preset("approach"), **arguments)

    return make


def test_gymnasiums_checker(env):
    gymnasium_check_env(env.unwrapped, skip_close_check=True)


def test_stable_baselines3s_checker(env):
    sb3_check_env(env.unwrapped)


def test_the_documented_spaces(env):
    assert env.action_space == gymnasium.spaces.Discrete(6)
    assert env.observation_space == gymnasium.spaces.Box(0, 255, (60, 80, 1), np.uint8)
    _, start = env.reset(seed=1)
    assert set(start) == {"distance", "bearing", "in_view", "start_seed"}
    assert start["in_view"]
    assert env.render().shape == (120, 160, 3)
    *_, info = env.step(np.int64(FAST))
    assert set(info) == {*start, "success", "is_success", "contact"}


def test_gymnasiums_and_vectorised_play_alike(env, vec_env):
    """The same seed and actions: the same pictures, rewards and distances bit for bit, in two simulations."""
    vector = vec_env(seed=11)
    first, _ = env.reset(seed=11)
    assert np.array_equal(first, vector.reset()[0])
    for action in [FAST] * 10 + [SHARP_LEFT] * 5 + [STRAIGHT] * 5:
        observation, reward, terminated, truncated, info = env.step(action)
        observations, rewards, dones, infos = vector.step(np.full(4, action))
        assert np.array_equal(observation, observations[0])
        assert np.float32(reward) == rewards[0]
        assert (terminated or truncated) == dones[0]
        assert info["distance"] == infos[0]["distance"]


def test_driving_straight_on_moves_as_far_as_it_should(vec_env):
    """0.22 m/s for 2 s after the acceleration: 0.44 m less what accelerating costs."""
    env = vec_env(seed=3)
    env.reset()
    start = np.array([info["distance"] for info in env.reset_infos])
    for _ in range(20):
        *_, infos = env.step(np.full(4, FAST))
    gained = start - [info["distance"] for info in infos]
    assert (gained > 0.35).all()
    assert (gained < 0.44).all()


def test_the_same_seed_starts_and_pays_the_same_in_every_arena(vec_env):
    env = vec_env(episode_seed=lambda arena, episode: 1234)
    observations = env.reset()
    for action in (FAST, FAST, SHARP_LEFT, STRAIGHT):
        assert (observations == observations[0]).all()
        observations, rewards, _, _ = env.step(np.full(4, action))
        assert (rewards == rewards[0]).all()
        assert rewards[0] != 0


def test_another_seed_starts_elsewhere(vec_env):
    env = vec_env(seed=1)
    first = env.reset()
    env.seed(2)
    assert not np.array_equal(first, env.reset())
    env.seed(1)
    assert np.array_equal(first, env.reset())


def test_a_truncated_episode_is_bootstrapped_from_its_own_last_picture(vec_env):
    from dataclasses import replace

    preset = load_preset("approach")
    short = replace(preset, task=replace(preset.task, max_steps=5))
    env = vec_env(short, seed=6)
    env.reset()
    for _ in range(5):
        observations, rewards, dones, infos = env.step(np.full(4, SHARP_LEFT))
    assert dones.all()
    assert all(info["TimeLimit.truncated"] and not info["success"] for info in infos)
    assert all(info["episode"]["l"] == 5 for info in infos)
    last_rewards = rewards

    longer = vec_env(preset, seed=6)  # the same episodes, without the limit
    longer.reset()
    for _ in range(5):
        continued, rewards, dones, _ = longer.step(np.full(4, SHARP_LEFT))
    assert not dones.any()
    assert np.array_equal(rewards, last_rewards)
    assert np.array_equal([info["terminal_observation"] for info in infos], continued)
    assert not np.array_equal(observations, continued)


class Recorder:
    """Passes calls on to a client and keeps the last reply."""

    def __init__(self, client):
        self._client = client
        self.reply = None

    def wait_ready(self, timeout):
        return self._client.wait_ready(timeout)

    def step(self, duration, **arguments):
        self.reply = self._client.step(duration, **arguments)
        return self.reply


def test_a_driver_that_knows_the_bearing_arrives(client):
    """The task can be done with its action table, and an arrival pays what the documentation says."""
    recorder = Recorder(client)
    env = ObjectTrackerVecEnv(recorder, load_preset("approach"), seed=21)
    env.reset()
    start = [info["distance"] for info in env.reset_infos]
    _, first_bearing = distance_and_bearing(recorder.reply.waffle_pose, recorder.reply.burger_pose)
    arrived = {}
    for _ in range(400):
        _, bearing = distance_and_bearing(recorder.reply.waffle_pose, recorder.reply.burger_pose)
        turn = np.where(bearing > 0, 3, 4)
        _, _, dones, infos = env.step(np.where(np.abs(bearing) > 0.04, turn, FAST))
        arrived.update({int(arena): infos[arena] for arena in np.flatnonzero(dones) if arena not in arrived})
        if len(arrived) == 4:
            break
    assert len(arrived) == 4
    for arena, info in arrived.items():
        assert info["success"]
        assert not info["TimeLimit.truncated"]
        assert 0.178 < info["distance"] < 0.2
        paid = info["episode"]["r"]
        nearer = 10 * np.log(start[arena] / info["distance"])
        facing = 10 * abs(first_bearing[arena])
        assert nearer + facing - 3 <= paid <= nearer + facing  # it ends 0.3 rad aside at most


def test_ppo_learns_on_the_vec_env(vec_env):
    env = vec_env(seed=0, render_mode="rgb_array")
    model = PPO("CnnPolicy", env, n_steps=16, batch_size=32, n_epochs=1, seed=5, device="cpu")
    before = [parameter.detach().clone() for parameter in model.policy.parameters()]
    model.set_logger(Logger(None, []))  # or it makes a folder in /tmp
    model.learn(128)
    assert model.num_timesteps == 128
    assert any((old != new).any() for old, new in zip(before, model.policy.parameters(), strict=True))
    assert env.render().shape == (240, 320, 3)


def test_gymnasiums_vector_of_two_simulations():
    envs = gymnasium.make_vec(ID, num_envs=2, vectorization_mode="sync")
    try:
        observations, infos = envs.reset(seed=4)
        assert observations.shape == (2, 60, 80, 1)
        assert infos["start_seed"][0] != infos["start_seed"][1]
        observations, rewards, terminated, truncated, infos = envs.step(np.array([FAST, FAST]))
        assert (rewards > 0).all()
        assert not (terminated | truncated).any()
    finally:
        envs.close()


def test_closing_ends_every_process():
    me = psutil.Process(os.getpid())
    before = {child.pid for child in me.children(recursive=True)}
    env = gymnasium.make(ID, preset="upstream")
    started = {child.pid for child in me.children(recursive=True)} - before
    assert len(started) >= 3
    assert env.action_space.n == 5
    env.reset(seed=0)
    env.close()
    env.close()
    assert not {pid for pid in started if psutil.pid_exists(pid)}


def test_a_killed_simulator_ends_the_episodes_and_nothing_else():
    with OwnSimulation(arenas=2) as own, own.connect(timeout=60) as client:
        env = ObjectTrackerVecEnv(client, load_preset("approach"))
        env.reset()
        before, *_ = env.step(np.array([FAST, FAST]))
        (simulator,) = (
            child for child in psutil.Process(own.pid).children(recursive=True) if "simulator" in child.name()
        )
        simulator.kill()
        after, rewards, dones, infos = env.step(np.array([FAST, FAST]))
        assert dones.all()
        assert (rewards == 0).all()
        for arena, info in enumerate(infos):
            assert info["interrupted"]
            assert info["TimeLimit.truncated"]
            assert info["episode"]["l"] == 2
            assert np.array_equal(info["terminal_observation"], before[arena])
            assert not np.array_equal(after[arena], before[arena])
        _, rewards, dones, infos = env.step(np.array([FAST, FAST]))
        assert not dones.any()
        assert (rewards > 0).all()


# From here on the common simulation is taken over from the client above.
@pytest.mark.parametrize("actions", ["a table", "ranges"])
def test_both_checkers_on_follow(simulation, monkeypatch, actions):
    """On the common simulation, whose camera is the same."""
    preset = load_preset("follow")
    if actions == "ranges":
        ranges = {"linear": [0, 0.26], "angular": [-1, 1]}
        preset = Preset.from_dict({**preset.to_dict(), "actions": ranges})
    monkeypatch.setenv("ROS_DOMAIN_ID", str(simulation.domain_id))
    follow = gymnasium.make(ID, simulation="attach", preset=preset).unwrapped
    try:
        gymnasium_check_env(follow, skip_close_check=True, skip_render_check=True)
        sb3_check_env(follow)
        observation, info = follow.reset(seed=3)
        assert observation.shape == (60, 80, 2)
        assert 0.5 <= info["distance"] <= 1.2
        moved = [follow.step(follow.action_space.sample())[4]["distance"] for _ in range(20)]
        assert len(set(moved)) == 20  # the Burger drives
    finally:
        follow.close()


def test_one_simulation_as_gymnasiums_vector(env, simulation, monkeypatch):
    """The vector's environment 0 plays what a single one does, pictures included."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(simulation.domain_id))
    envs = gymnasium.make_vec(ID, num_envs=4, simulation="attach")
    assert isinstance(envs.unwrapped, ObjectTrackerVectorEnv)
    try:
        first, _ = env.reset(seed=12)
        assert np.array_equal(envs.reset(seed=12)[0][0], first)
        for action in (FAST, SHARP_LEFT, STRAIGHT):
            observation, reward, *_ = env.step(action)
            observations, rewards, *_ = envs.step(np.full(4, action))
            assert np.array_equal(observations[0], observation)
            assert rewards[0] == reward
    finally:
        envs.close()


def test_attaching_to_a_running_simulation(simulation, monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(simulation.domain_id))
    env = gymnasium.make(ID, simulation="attach")
    _, info = env.reset(seed=8)
    *_, after = env.step(FAST)
    assert after["distance"] < info["distance"]
    env.close()
    with simulation.connect() as client:
        assert client.describe().ready  # it goes on without us


def test_a_preset_the_simulation_does_not_fit(simulation, monkeypatch, tmp_path):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(simulation.domain_id))
    path = tmp_path / "odd.yaml"
    path.write_text(load_preset("approach").to_yaml().replace("step_time: 0.1", "step_time: 0.0101"))
    with pytest.raises(UserError, match="step_time"):
        gymnasium.make(ID, simulation="attach", preset=str(path))
