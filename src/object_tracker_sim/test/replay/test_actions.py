"""Sequences of actions, drawn and read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.replay.actions import draw_actions, read_actions
from object_tracker_sim.replay.main import ReplaySettings, all_actions


def test_drawn_actions_depend_on_seed_and_arena_alone():
    one = draw_actions(7, 0, 50, 6)
    assert np.array_equal(one, draw_actions(7, 0, 50, 6))
    assert set(one) == set(range(6))
    assert not np.array_equal(one, draw_actions(8, 0, 50, 6))
    assert not np.array_equal(one, draw_actions(7, 1, 50, 6))


def test_arena_0_plays_the_same_however_many_arenas():
    alone = all_actions(ReplaySettings(seed=3, steps=20, arenas=1), 6)
    many = all_actions(ReplaySettings(seed=3, steps=20, arenas=5), 6)
    assert alone.shape == (20, 1)
    assert many.shape == (20, 5)
    assert np.array_equal(alone[:, 0], many[:, 0])
    assert not any(np.array_equal(many[:, 0], many[:, arena]) for arena in range(1, 5))


def test_actions_of_a_file(tmp_path: Path):
    path = tmp_path / "actions.txt"
    path.write_text("# straight on\n2\n2\n\n 5  # fast\n0\n")
    assert read_actions(path, 6).tolist() == [2, 2, 5, 0]
    settings = ReplaySettings(steps=3, arenas=2, actions=str(path))
    assert all_actions(settings, 6)[:, 0].tolist() == [2, 2, 5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"1\n6\n", "line 2: '6' is no action: write a number from 0 to 5"),
        (b"1\n-1\n", "line 2: '-1'"),
        (b"1.0\n", "line 1: '1.0'"),
        (b"1 2\n", "line 1: '1 2'"),
        (b"left\n", "line 1: 'left'"),
        (b"9" * 5000, "line 1: '99999999999999999999'"),
        (b"1\n\xff\n", "byte 2 is no ASCII text"),
        (b"1\n2\n", "holds 2 actions, too few: give more, or --steps 2"),
        (b"", "holds 0 actions"),
    ],
)
def test_bad_files_are_told_in_a_line(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "actions.txt"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        all_actions(ReplaySettings(steps=3, actions=str(path)), 6)
    assert said in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read(tmp_path: Path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UserError, match="cannot read the actions in"):
            read_actions(path, 6)


@pytest.mark.parametrize(
    "settings",
    [{"seed": -1}, {"seed": 2**63}, {"steps": -1}, {"steps": 10**9}, {"arenas": 0}, {"arenas": 17}],
)
def test_numbers_out_of_range(settings: dict[str, int]):
    (name,) = settings
    with pytest.raises(UserError, match=f"--{name} must be from"):
        ReplaySettings(**settings)
