"""What docs/tasks.md and docs/settings.md say of presets is what the presets are."""

import re
from pathlib import Path

import pytest

from object_tracker_agent.presets import Preset, load_preset, preset_names
from object_tracker_agent.presets.settings_table import page, randomisation_table

DOCS = Path(__file__).resolve().parents[4] / "docs"
TASKS = (DOCS / "tasks.md").read_text(encoding="utf-8")
COMMAND = "python -m object_tracker_agent.presets.settings_table"
ALL_AROUND = 3.14159  # [rad] "looking anywhere"

every_preset = pytest.mark.parametrize("name", preset_names())


def section(name):
    """Return what docs/tasks.md says of the preset `name`, its lines joined."""
    _, found, rest = TASKS.partition(f"\n## {name}\n")
    assert found, f"docs/tasks.md has no section on {name}"
    return " ".join(rest.partition("\n## ")[0].split())


def part(name, title):
    """Return the paragraph of that section that begins with `title` in bold."""
    _, found, rest = section(name).partition(f"**{title}** ")
    assert found, f"docs/tasks.md, {name}: no {title}"
    return rest.partition(" **")[0]


def with_randomisation(**values):
    data = load_preset("approach").to_dict()
    data["randomisation"] |= values
    return Preset.from_dict(data)


def test_all_settings():
    written = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert written == page() + "\n", f"write it anew: ./ws shell -c '{COMMAND} > docs/settings.md'"


@every_preset
def test_what_is_drawn(name):
    preset = load_preset(name)
    written = randomisation_table(preset)
    if preset.randomisation == load_preset("approach").randomisation:  # nothing
        assert "`randomisation`" not in section(name)
        return
    assert " ".join(written.split()) in section(name), (
        f"docs/tasks.md, section {name}: put in the table that this writes: ./ws shell -c '{COMMAND} {name}'"
    )


def test_a_table_of_what_is_drawn():
    colour = {"red": [0.1, 0.5], "green": [0.0, 1.0], "blue": 0.25}
    rows = randomisation_table(with_randomisation(latency=[0, 2], ground=colour, yaw_error=0.1)).splitlines()
    assert "| `ground` | red 0.1 to 0.5, green 0 to 1, blue 0.25 | colour of the ground;" in rows[2]
    assert "| `yaw_error` | 0.1 rad | added to the yaw of the Waffle's start |" in rows
    assert any(row.startswith("| `latency` | 0 to 2 steps | by how much commands come late") for row in rows)
    assert rows[-1].startswith("| `sun_azimuth`, `sun_elevation`,")
    assert rows[-1].endswith("| not drawn | |")


@every_preset
def test_the_list_of_presets(name):
    preset = load_preset(name)
    row = next(line for line in TASKS.splitlines() if line.startswith(f"| [`{name}`](#{name}) |"))
    assert row.split(" | ")[1] == ("stands" if preset.burger.motion == "still" else "drives")
    assert row.endswith(f" | {preset.world} |")


@every_preset
def test_observation(name):
    channels, height, width = load_preset(name).observation.shape
    assert f"| ({height}, {width}, {channels}) | uint8 |" in part(name, "Observation")


@every_preset
def test_actions(name):
    text, actions = part(name, "Action"), load_preset(name).actions
    assert text.startswith(f"`Discrete({len(actions)})`")
    rows = re.findall(r"\| (\d+) \| (\S+) \| (\S+) \|", text)
    written = [(int(number), float(linear), float(angular)) for number, linear, angular in rows]
    assert written == [(number, each.linear, each.angular) for number, each in enumerate(actions)]


@every_preset
def test_reward_and_motion(name):
    preset = load_preset(name)
    assert part(name, "Reward").startswith(f"`{preset.reward.name}`")
    if preset.burger.motion != "still":
        motion = part(name, "The Burger's motion")
        assert motion.startswith(f"`{preset.burger.motion}`")
        assert f"{preset.burger.radius:g} m" in motion


@every_preset
def test_start(name):
    preset, text = load_preset(name), part(name, "Start")
    assert ("They are solid" in text or "The robots are solid" in text) == preset.task.solid
    for pose in (preset.task.start.waffle, preset.task.start.burger):
        numbers = {abs(end) for each in (pose.x, pose.y) for end in (each.low, each.high)} - {0.0}
        assert {f"{number:g}" for number in numbers} <= set(re.findall(r"\d+(?:\.\d+)?", text))
        if pose.yaw.high == ALL_AROUND:
            assert "looking anywhere" in text


@every_preset
def test_end_and_success(name):
    task, end, success = load_preset(name).task, part(name, "End"), part(name, "Success")
    assert f"Farther than {task.lost_distance:g} m: lost, a termination." in end
    assert f"After {task.max_steps:,} steps" in end
    if task.goal == "reach":
        assert f"Nearer than {task.success_distance:g} m: success, a termination." in end
        return
    follow = task.follow
    assert f"The {task.max_steps} steps were played without a contact" in success
    assert f"after the first {follow.settle_time:g} s" in success
    assert f"{follow.nearest:.1f} to {follow.farthest:.1f} m away at the end of {follow.share:.0%}" in (
        success.replace(" %", "%")
    )
