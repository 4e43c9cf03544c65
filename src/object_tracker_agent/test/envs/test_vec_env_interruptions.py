"""Steps that fail, and steps that are told before their images are made: on the kinematic stand-in."""

import numpy as np
import pytest
from kinematic import LEFT, STRAIGHT, burger_ahead, play

from object_tracker_agent.envs import ObjectTrackerVecEnv, lockstep
from object_tracker_agent.envs.seeds import episode_seed
from object_tracker_agent.errors import UserError
from object_tracker_agent.ros.step_errors import SimulationLost


@pytest.mark.parametrize("tells_early", [False, True])
def test_an_interrupted_arena_is_truncated_and_starts_anew(kinematic_client, approach, tells_early):
    client = kinematic_client(3)
    client.tells_early = tells_early
    client.interruptions = {3: {1: "the simulator was restarted"}}
    env = ObjectTrackerVecEnv(client, approach)
    env.reset()
    first, before = play(env, 2)
    observations, rewards, dones, infos = env.step(np.full(3, STRAIGHT))
    assert dones.tolist() == [False, True, False]
    assert infos[1]["interrupted"] == "the simulator was restarted"
    assert infos[1]["TimeLimit.truncated"] is True
    assert infos[1]["success"] is False
    assert rewards[1] == 0
    assert rewards[0] > 0
    # the picture that came with the interruption is not used
    assert np.array_equal(infos[1]["terminal_observation"], before[0][1])
    assert infos[1]["episode"]["l"] == 3
    assert infos[1]["episode"]["r"] == pytest.approx(first[1][1] + before[1][1])
    assert client.calls[-1] == (0.0, [1])
    assert "interrupted" not in infos[0]
    assert client.starts[-1].seed == episode_seed(0, 1, 1)
    assert observations[1].max() < 255
    assert env.step(np.full(3, STRAIGHT))[2].tolist() == [False] * 3


def test_what_is_told_early_changes_nothing(kinematic_client, change):
    """Rewards, ends and infos are the same whether they are computed while the images are made or after."""
    played = []
    for tells_early in (False, True):
        client = kinematic_client(2)
        client.tells_early = tells_early
        env = ObjectTrackerVecEnv(client, burger_ahead(change))
        env.reset()
        played.append([env.step(np.array([LEFT, STRAIGHT])) for _ in range(16)])
    for one, other in zip(*played, strict=True):
        for before, after in zip(one[:3], other[:3], strict=True):
            np.testing.assert_array_equal(before, after)
        assert [info.keys() for info in one[3]] == [info.keys() for info in other[3]]
        assert [info["distance"] for info in one[3]] == [info["distance"] for info in other[3]]


def test_a_step_that_fails_after_it_was_told_is_taken_back(kinematic_client, approach):
    told = []
    for tells_early in (False, True):
        client = kinematic_client(3)
        client.tells_early = tells_early
        client.interruptions = {3: {1: "the simulator was restarted"}}
        env = ObjectTrackerVecEnv(client, approach)
        env.reset()
        play(env, 2)
        told.append(env.step(np.full(3, STRAIGHT)))
    late, early = (infos[1] for *_, infos in told)
    np.testing.assert_array_equal(late.pop("terminal_observation"), early.pop("terminal_observation"))
    assert late == early
    assert late["contact"] == 0


@pytest.mark.parametrize("tells_early", [False, True])
def test_a_step_is_not_counted_twice(kinematic_client, approach, tells_early):
    """After a call that failed, the environment goes on only where nothing had been counted."""
    client = kinematic_client(2)
    client.tells_early = tells_early
    client.fails_at = 2
    env = ObjectTrackerVecEnv(client, approach)
    env.reset()
    play(env, 1)
    with pytest.raises(SimulationLost):
        env.step(np.full(2, STRAIGHT))
    if tells_early:
        with pytest.raises(RuntimeError, match="reset"):
            env.step(np.full(2, STRAIGHT))
        env.reset()
    assert env.step(np.full(2, STRAIGHT))[2].tolist() == [False, False]


def test_an_interruption_while_others_are_being_reset(kinematic_client, change):
    """Arena 1 arrives; the simulator dies in the reset that follows, which ends the other episodes, too."""
    client = kinematic_client(3)
    client.interruptions = {15: dict.fromkeys(range(3), "the simulator was restarted")}
    env = ObjectTrackerVecEnv(client, burger_ahead(change))
    env.reset()
    for _ in range(14):
        observations, _, dones, infos = env.step(np.array([LEFT, STRAIGHT, LEFT]))
    assert dones.tolist() == [True] * 3
    assert infos[1]["success"]
    assert "interrupted" not in infos[1]
    for arena in (0, 2):
        assert infos[arena]["interrupted"] == "the simulator was restarted"
        assert infos[arena]["TimeLimit.truncated"] is True
        assert infos[arena]["episode"]["l"] == 14
        # its last step was a good one
        assert infos[arena]["terminal_observation"].max() < 255
    assert client.calls[-2:] == [(0.0, [1]), (0.0, [0, 1, 2])]
    # arena 1 begins the episode it was about to begin
    starts = [start for start in client.starts if start.arena == 1]
    assert starts[1] == starts[2]
    assert observations.max() < 255
    assert env.step(np.full(3, STRAIGHT))[2].tolist() == [False] * 3


def test_a_simulation_that_never_gets_through_a_reset(kinematic_client, approach, monkeypatch):
    monkeypatch.setattr(lockstep, "RESTART_TIMEOUT", 0.05)
    client = kinematic_client(1)
    client.always_interrupted = {0: "the simulator died"}
    env = ObjectTrackerVecEnv(client, approach)
    with pytest.raises(UserError, match=r"could not reset its arenas within 0.05 s: the simulator died"):
        env.reset()


def test_a_pose_that_is_not_finite_interrupts(kinematic_client, approach):
    client = kinematic_client(2)
    env = ObjectTrackerVecEnv(client, approach)
    env.reset()
    client.waffle[0, 0] = np.nan
    _, rewards, dones, infos = env.step(np.array([STRAIGHT, STRAIGHT]))
    assert dones.tolist() == [True, False]
    assert rewards[0] == 0
    assert "not finite" in infos[0]["interrupted"]
