"""Rewards by name, from this package and from others."""

import subprocess
import sys

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.rewards import find_reward, reward_names


def test_ours_come_first():
    assert reward_names()[:2] == ["approach", "inverse_distance"]


def test_an_unknown_name():
    with pytest.raises(
        UserError, match=r"no reward 'upsteam'; did you mean 'upstream'\? \(known: approach, inv"
    ):
        find_reward("upsteam")


@pytest.fixture
def users_package(tmp_path, monkeypatch):
    """A package of a user, installed as pip would: a module, and entry points in its metadata."""
    (tmp_path / "users_rewards.py").write_text(
        "def closeness(inputs):\n    return 1 - inputs.distance\nx = 3\n"
    )
    info = tmp_path / "users_rewards-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: users-rewards\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[object_tracker.rewards]\ncloseness = users_rewards:closeness\nnumber = users_rewards:x\n"
        "gone = users_rewards:gone\nupstream = users_rewards:closeness\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("users_package")
def test_a_reward_of_an_installed_package():
    assert "closeness" in reward_names()
    from object_tracker_agent.rewards import RewardInputs

    inputs = RewardInputs(0.25, 1.0, 1.0, 0.0, 0, 0.1)
    assert find_reward("closeness")(inputs) == 0.75
    assert find_reward("upstream")(inputs) == 160  # ours cannot be taken


@pytest.mark.usefixtures("users_package")
def test_an_entry_point_that_does_not_hold():
    with pytest.raises(UserError, match="reward 'gone': cannot load users_rewards:gone"):
        find_reward("gone")
    with pytest.raises(UserError, match="reward 'number': users_rewards:x is not a function"):
        find_reward("number")


def test_rewards_need_neither_torch_nor_ros():
    code = "import sys, object_tracker_agent.rewards; print('torch' in sys.modules or 'rclpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
