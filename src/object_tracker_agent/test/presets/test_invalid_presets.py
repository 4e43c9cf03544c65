"""Whatever is wrong with a preset is said in one line: where, what, and what is allowed."""

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import ActionRanges, Preset, Range, load_preset

GOOD = load_preset("approach").to_dict()


def changed(path, value):
    data = copy.deepcopy(GOOD)
    at = data
    *parents, last = path
    for key in parents:
        at = at[key]
    at[last] = value
    return data


def message(data):
    with pytest.raises(UserError) as caught:
        Preset.from_dict(data, "mine.yaml")
    text = str(caught.value)
    assert text.startswith("mine.yaml: ")
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["taks"], {}, "taks: unknown key; did you mean 'task'? (allowed: name, description, task,"),
        (["task", "max_step"], 5, "task.max_step: unknown key; did you mean 'max_steps'?"),
        (["task", "start", "waffle", "z"], 0, "task.start.waffle.z: unknown key"),
        (["algorithm", "clip"], 0.1, "algorithm.clip: unknown key; did you mean 'clip_range'?"),
        (["task"], [1], "task: must be a table of goal, follow, step_time, max_steps,"),
        (["task", "max_steps"], 0, "task.max_steps: must be from 1 to 1e+06 steps, not 0"),
        (
            ["task", "max_steps"],
            2.5,
            "task.max_steps: must be a whole number, from 1 to 1e+06 steps, not 2.5",
        ),
        (["training", "episode_steps"], 0, "training.episode_steps: must be from 1 to 1e+06 steps, not 0"),
        (
            ["training", "episode_steps"],
            1001,
            "training.episode_steps: must be up to task.max_steps (1000), not 1001",
        ),
        (["task", "max_steps"], True, "task.max_steps: must be a whole number"),
        (["task", "max_steps"], "many", "task.max_steps: must be a whole number"),
        (["task", "max_steps"], float("inf"), "task.max_steps: must be a whole number"),
        (["task", "step_time"], 0.0, "task.step_time: must be above 0 to 10 s, not 0.0"),
        (["task", "step_time"], float("nan"), "task.step_time: must be above 0 to 10 s, not nan"),
        (["task", "step_time"], None, "task.step_time: must be a number"),
        (["task", "solid"], 1, "task.solid: must be true or false, not 1"),
        (["task", "success_distance"], 6.0, "task.success_distance: must be below task.lost_distance (5 m)"),
        (
            ["task", "start", "burger", "y"],
            [1, -1],
            "task.start.burger.y: must be [low, high] with low <= high",
        ),
        (
            ["task", "start", "burger", "y"],
            [1, 2, 3],
            "task.start.burger.y: must be one number or [low, high]",
        ),
        (["task", "start", "burger", "y"], [0, 2000], "task.start.burger.y: must be from -1000 to 1000 m"),
        (
            ["randomisation", "surroundings"],
            {"red": [0, 1.1], "green": 0, "blue": 0},
            "randomisation.surroundings.red: must be from 0 to 1, not 1.1",
        ),
        (
            ["randomisation", "surroundings"],
            {"red": [0, 1]},
            "randomisation.surroundings.green: missing (green)",
        ),
        (
            ["randomisation", "background"],
            {"red": [0.9, 0.2], "green": 0, "blue": 0},
            "randomisation.background.red: must be [low, high] with low <= high",
        ),
        (["randomisation", "patterns"], 1.5, "randomisation.patterns: must be from 0 to 1, not 1.5"),
        (["randomisation", "furniture"], [0.5, 2], "randomisation.furniture: must be from 0 to 1"),
        (
            ["randomisation", "patterns"],
            [0.5, 0.0],
            "randomisation.patterns: must be [low, high] with low <= high",
        ),
        (
            ["randomisation", "camera_position_error"],
            [-0.6, 0.1],
            "randomisation.camera_position_error: must be from -0.5 to 0.5 m",
        ),
        (
            ["randomisation", "camera_angle_error"],
            [-0.1, 0.9],
            "randomisation.camera_angle_error: must be from -0.8 to 0.8 rad",
        ),
        (["actions"], [], "actions: must be a list of one entry or more"),
        (["actions", 1, "linear"], 0.3, "actions[1].linear: must be from -0.26 to 0.26 m/s, not 0.3"),
        (["actions", 1], {"linear": 0.1}, "actions[1].angular: missing (turn, positive to the left)"),
        (["actions"], {"linear": [0, 0.1]}, "actions.angular: missing (turn, positive to the left)"),
        (["actions"], {"linear": [0, 0.3], "angular": 0}, "actions.linear: must be from -0.26 to 0.26 m/s"),
        (["actions"], {"linear": [0.2, 0.1], "angular": 0}, "actions.linear: must be [low, high] with low"),
        (["actions"], "fast", "actions: must be a list of one entry or more, not 'fast'"),
        (["algorithm"], "sac", "algorithm.name: must be one of ppo, a2c; did you mean 'a2c'?, not 'sac'"),
        (["observation", "channels"], 2, "observation.channels: must be one of 1, 3, not 2"),
        (["observation", "height"], 121, "observation.height: must be up to observation.camera_height (120"),
        (["reward", "name"], "inverse", "reward.name: no reward 'inverse'; did you mean 'inverse_distance'?"),
        (["reward", "scale"], -1, "reward.scale: must be above 0 to 1e+06, not -1"),
        (
            ["algorithm", "name"],
            "pppo",
            "algorithm.name: must be one of ppo, a2c; did you mean 'ppo'?, not 'pppo'",
        ),
        (["algorithm", "gamma"], 1.01, "algorithm.gamma: must be above 0 to 1, not 1.01"),
        (["algorithm", "clip_range"], 1, "algorithm.clip_range: must be above 0 and below 1, not 1"),
        (["algorithm", "clip_range_schedule"], "cosine", "must be one of constant, linear"),
        (["algorithm", "fragment_steps"], 100, "must be a multiple of algorithm.fragment_steps (100)"),
        (["algorithm", "batch_size"], 300, "must be a multiple of algorithm.batch_size (300)"),
        (
            ["network", "convolutions", 0],
            [16, 8],
            "network.convolutions[0]: must be [filters, kernel, stride]",
        ),
        (["network", "convolutions", 0], [16, 0, 4], "network.convolutions[0].kernel: must be from 1 to 64"),
        (
            ["network", "convolutions", 1],
            [32, 20, 2],
            "network.convolutions[1]: kernel 20 is larger than the",
        ),
        (["training", "arenas"], 17, "training.arenas: must be from 1 to 16, not 17"),
        (["name"], "a/b", "name: must be up to 64 letters, digits, '_' and '-', not 'a/b'"),
        (["name"], 3, "name: must be text, not 3"),
    ],
)
def test_a_wrong_key_or_value_is_named(path, value, said):
    assert said in message(changed(path, value))


@pytest.mark.parametrize("key", ["name", "actions"])
def test_what_has_no_default_must_be_there(key):
    data = copy.deepcopy(GOOD)
    del data[key]
    assert f"{key}: missing" in message(data)


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_no_table_at_all(data):
    assert "the file: must be a table of name," in message(data)


def test_a_start_may_be_left_to_the_world_file():
    preset = Preset.from_dict(changed(["task", "start", "waffle"], None))
    assert preset.task.start.waffle is None
    assert Preset.from_yaml(preset.to_yaml()) == preset


def test_algorithm_and_reward_by_their_names_alone():
    data = {**GOOD, "algorithm": "a2c", "reward": "upstream"}
    preset = Preset.from_dict(data)
    assert (preset.algorithm.name, preset.reward.name) == ("a2c", "upstream")
    assert Preset.from_yaml(preset.to_yaml()) == preset


def test_ranges_instead_of_a_table_of_actions():
    preset = Preset.from_dict(changed(["actions"], {"linear": [0, 0.26], "angular": [-1, 1]}))
    assert preset.actions == ActionRanges(Range(0, 0.26), Range(-1, 1))
    assert Preset.from_yaml(preset.to_yaml()) == preset


def test_the_batch_size_does_not_matter_to_a2c():
    data = changed(["algorithm", "batch_size"], 300)
    data["algorithm"]["name"] = "a2c"
    assert Preset.from_dict(data).algorithm.batch_size == 300


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [a\n", "not valid YAML: expected ',' or ']'"),
        ("name: a\nname: b\n", "not valid YAML: key 'name' twice (line 2, column 1)"),
        ("? [1]\n: 2\n", "not valid YAML: a key must be a word (line 1, column 3)"),
        ("!!python/object/apply:os.getcwd []\n", "not valid YAML: could not determine a constructor"),
        ("", "the file: must be a table"),
        ("[" * 5000, "not valid YAML"),
    ],
)
def test_wrong_yaml(text, said):
    with pytest.raises(UserError) as caught:
        Preset.from_yaml(text, "mine.yaml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numbers_as_people_write_them():
    text = load_preset("approach").to_yaml().replace("learning_rate: 0.001", "learning_rate: 1e-3")
    text = text.replace("total_steps: 100000", "total_steps: 1e5")
    assert "1e-3" in text
    assert Preset.from_yaml(text) == load_preset("approach")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("aproach", "no preset 'aproach'; did you mean 'approach'? (presets: approach, follow, follow_hard,"),
        ("nothing_like_it", "no preset 'nothing_like_it' (presets: approach, follow, follow_hard, upstream;"),
        ("missing.yaml", "missing.yaml: cannot read the preset: No such file or directory"),
        ("folder/missing", "folder/missing: a preset's file ends in .yaml"),
    ],
)
def test_an_unknown_preset(name, said):
    with pytest.raises(UserError) as caught:
        load_preset(name)
    assert said in str(caught.value)


def test_a_file_that_is_not_text(tmp_path):
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UserError, match="not UTF-8 text"):
        load_preset(path)


plain_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


def test_an_unknown_key_stays_on_one_line():
    with pytest.raises(UserError, match=r"mine\.yaml: task\.'a\\nb': unknown key \(allowed: "):
        Preset.from_dict(changed(["task"], {"a\nb": None}), "mine.yaml")


@given(
    path=st.sampled_from([[key] for key in GOOD] + [["task", key] for key in GOOD["task"]]), value=plain_data
)
def test_any_data_in_any_place_is_accepted_or_refused_in_one_line(path, value):
    try:
        preset = Preset.from_dict(changed(path, value), "mine.yaml")
    except UserError as error:
        said = str(error)
    else:
        said = ""
        assert Preset.from_dict(yaml.safe_load(preset.to_yaml())) == preset
    assert "\n" not in said
