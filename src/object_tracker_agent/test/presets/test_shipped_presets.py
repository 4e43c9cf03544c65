"""The presets that come with the package."""

import math
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
import yaml

from object_tracker_agent.envs import ObjectTrackerEnv
from object_tracker_agent.presets import Action, Preset, Range, load_preset, preset_names
from object_tracker_agent.presets.setting import settings_of
from object_tracker_agent.rewards import RewardInputs, find_reward

TASKS = Path(__file__).resolve().parents[4] / "docs" / "tasks.md"

ORIGINAL_ACTIONS = (
    Action(0.1, 0.6),
    Action(0.1, -0.6),
    Action(0.1, 0.0),
    Action(0.1, 0.3),
    Action(0.1, -0.3),
)


def test_names():
    assert preset_names() == ["approach", "follow", "follow_hard", "upstream"]


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_survives_yaml_and_plain_data(name):
    preset = load_preset(name)
    assert preset.name == name
    assert preset.description
    assert Preset.from_yaml(preset.to_yaml()) == preset
    assert Preset.from_dict(preset.to_dict()) == preset
    assert yaml.safe_load(preset.to_yaml()) == preset.to_dict()


def test_a_written_preset_is_read_from_its_path(tmp_path):
    preset = load_preset("upstream")
    path = tmp_path / "copy.yaml"
    path.write_text(preset.to_yaml(), encoding="utf-8")
    assert load_preset(path) == preset
    assert load_preset(str(path)) == preset


def test_defaults_are_those_of_approach():
    approach = load_preset("approach")
    assert Preset(name="approach", description=approach.description, actions=approach.actions) == approach


def test_approach_writes_out_every_setting():
    approach = load_preset("approach")
    text = resources.files("object_tracker_agent.presets").joinpath("approach.yaml").read_text("utf-8")
    written = yaml.safe_load(text)

    def keys(data, prefix=""):
        for key, value in data.items():
            yield prefix + key
            if isinstance(value, dict):
                yield from keys(value, f"{prefix}{key}.")

    assert set(keys(written)) == set(keys(approach.to_dict()))


def test_approach_is_the_original_task_with_one_fast_action_more():
    approach, upstream = load_preset("approach"), load_preset("upstream")
    assert approach.actions == (*ORIGINAL_ACTIONS, Action(0.22, 0.0))
    assert upstream.actions == ORIGINAL_ACTIONS
    for preset in (approach, upstream):
        assert preset.task.step_time == 0.1
        assert preset.task.max_steps == 1000
        assert preset.task.success_distance == 0.2
        assert preset.task.lost_distance == 5.0
        assert preset.task.start.burger.x == Range(3.5, 3.5)
        assert preset.task.start.burger.y == Range(-1.0, 1.0)
        assert preset.task.start.waffle.yaw == Range(0.0, 0.0)
    assert approach.reward.name == "approach"
    assert upstream.reward.name == "upstream"
    assert not upstream.task.limit_acceleration


def arrival(preset, aside, distance, bearing):
    """Return what coming from the start, the Burger `aside` [m], to `distance` [m] at `bearing` [rad] pays.

    In one step here; the parts of more add up to the same (test_rewards.py).
    """
    ahead = preset.task.start.burger.x.low
    start = math.hypot(ahead, aside)
    reward = find_reward(preset.reward.name)
    return reward(
        RewardInputs(distance, start, start, bearing, 0, 0.1, previous_bearing=math.atan2(aside, ahead))
    )


def test_an_arrival_pays_what_is_written():
    """approach.yaml says what it pays the learner, docs/tasks.md and the environment what it pays."""
    preset = load_preset("approach")
    step = preset.task.step_time * max(action.linear for action in preset.actions)
    least = arrival(preset, 0.0, 0.2, 0.05)  # nearly straight on, and not quite facing it at the end
    most = arrival(preset, 1.0, 0.2 - step, 0.0)  # the last step goes below 0.2 m
    text = resources.files("object_tracker_agent.presets").joinpath("approach.yaml").read_text("utf-8")
    scale = preset.reward.scale
    assert f"an arrival pays the learner {scale * least:.1f} to {scale * most:.1f} in all" in text
    assert f"An arrival pays about {least:.0f} to {most:.0f} in all" in TASKS.read_text(encoding="utf-8")
    specification = " ".join((ObjectTrackerEnv.__doc__ or "").split())
    assert f"an arrival pays about {least:.0f} to {most:.0f} in all" in specification


def test_every_setting_is_documented_and_numbers_have_limits():
    def check(cls):
        for name, (kind, setting) in settings_of(cls).items():
            assert setting.doc, f"{cls.__name__}.{name}"
            if kind in (int, float):
                limited = (setting.low, setting.high, setting.above, setting.below) != (None,) * 4
                assert limited or setting.choices, f"{cls.__name__}.{name}"
            for part in (kind, *getattr(kind, "__args__", ())):
                if hasattr(part, "__dataclass_fields__") and part is not Range:
                    check(part)

    check(Preset)


def test_presets_need_neither_torch_nor_ros():
    code = (
        "import sys; from object_tracker_agent.presets import load_preset; load_preset('approach');"
        "print([m for m in ('torch', 'rclpy', 'stable_baselines3', 'cv2') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_training_may_have_shorter_episodes():
    preset = load_preset("follow_hard")
    assert preset.training.episode_steps == 150
    trained = preset.in_training()
    assert trained.task.max_steps == 150
    assert trained.task.follow.settle_time == 5.0  # of 15 s, as 20 of 60
    assert trained.task.start == preset.task.start
    assert load_preset("approach").in_training() == load_preset("approach")
