"""The table of settings. That docs/ has it: test_documented.py."""

import pytest

from object_tracker_agent.presets import load_preset
from object_tracker_agent.presets.settings_table import table


def test_the_table_has_every_setting():
    def leaves(data, prefix=""):
        for key, value in data.items():
            if isinstance(value, dict):
                yield from leaves(value, f"{prefix}{key}.")
            else:
                yield prefix + key

    rows = table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(leaves(load_preset("approach").to_dict()))
    assert all(row.count(" | ") >= 3 for row in rows)


@pytest.mark.parametrize(
    "row",
    [
        "| `task.max_steps` | `1000` | from 1 to 1e+06 steps | time limit of an episode;",
        "| `task.solid` | `false` | true, false | whether Waffle and Burger can push each other |",
        "| `task.start.burger.y` | `[-1.0, 1.0]` | [low, high] or a number, from -1000 to 1000 m |",
        "| `reward.scale` | `0.2` | above 0 to 1e+06 | constant factor on the rewards the learner sees;",
        "| `actions` |  | a list of {linear, angular} or {linear, angular} | table,",
        "a list of [filters, kernel, stride]",
    ],
)
def test_rows(row):
    assert row in table()
