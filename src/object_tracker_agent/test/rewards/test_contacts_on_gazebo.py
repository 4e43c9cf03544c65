"""What touches what in the real simulation arrives in a reward."""

import numpy as np
import pytest

from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.rewards import registry
from object_tracker_agent.rewards.inputs import CONTACT_WAFFLE_BURGER, CONTACT_WAFFLE_WORLD
from object_tracker_agent.simulation import OwnSimulation
from object_tracker_msgs.srv import Step

pytestmark = pytest.mark.integration

WALL = """<?xml version="1.0"?>
<sdf version="1.6"><world name="wall">
  <include><uri>model://sun</uri></include>
  <include><uri>model://ground_plane</uri></include>
  <model name="wall"><static>1</static><pose>1 0 0.25 0 0 0</pose><link name="link">
    <collision name="collision"><geometry><box><size>0.1 4 0.5</size></box></geometry></collision>
  </link></model>
</world></sdf>
"""
FAST = 5


def test_bits_are_those_of_the_message():
    assert Step.Response.CONTACT_WAFFLE_BURGER == CONTACT_WAFFLE_BURGER
    assert Step.Response.CONTACT_WAFFLE_WORLD == CONTACT_WAFFLE_WORLD


def test_the_burger_then_the_wall(tmp_path, monkeypatch):
    """The Waffle drives through a Burger that is not solid, a little to its side, and on into a wall."""
    seen = []

    def touched(inputs):
        seen.append(inputs)
        return float(inputs.touches_burger) + 10.0 * inputs.touches_world

    monkeypatch.setitem(registry.BUILT_IN, "touched", touched)
    values = load_preset("approach").to_dict()
    values["task"] |= {"success_distance": 0.01}
    values["task"]["start"]["burger"] = {"x": 0.4, "y": 0.1, "yaw": 0.0}
    values["reward"]["name"] = "touched"
    preset = Preset.from_dict(values)
    (tmp_path / "wall.world").write_text(WALL)
    with OwnSimulation(world=str(tmp_path / "wall.world")) as simulation, simulation.connect() as client:
        env = ObjectTrackerVecEnv(client, preset)
        env.reset()
        rewards = []
        for _ in range(60):
            _, reward, dones, infos = env.step(np.array([FAST]))
            assert not dones.any()
            assert infos[0]["contact"] == seen[-1].contacts
            rewards.append(float(reward[0]))
    first_burger, first_wall = rewards.index(1.0), rewards.index(10.0)
    assert 5 < first_burger < first_wall
    assert set(rewards[:first_burger]) == {0.0}
    assert 0.1 <= seen[first_burger].distance < 0.3
    assert rewards[-1] == 10.0  # the wall holds it
