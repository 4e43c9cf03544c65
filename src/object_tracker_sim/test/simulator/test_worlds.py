from __future__ import annotations

from pathlib import Path

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.simulator import SimulatorSettings, resolve_world, world_names


def test_a_name_means_a_world_of_the_workspace() -> None:
    assert resolve_world("empty").name == "empty.world"
    assert resolve_world("empty").is_file()
    assert "empty" in world_names()


def test_a_path_means_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = tmp_path / "mine.world"
    world.write_text("<sdf/>")
    assert resolve_world(str(world)) == world
    monkeypatch.chdir(tmp_path)
    assert resolve_world("mine.world") == world


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("emty", "did you mean 'empty'?"),
        ("zzzz", "known worlds: arena, empty, textured"),
        ("", "name is empty"),
        ("/nowhere/x.world", "/nowhere/x.world does not exist"),
        ("/", "is a folder"),
    ],
)
def test_an_unknown_world_is_one_clear_line(name: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        resolve_world(name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("arenas", 0), ("arenas", 17), ("arenas", True), ("image_width", 0), ("image_height", 5000)],
)
def test_settings_are_checked(name: str, value: int) -> None:
    with pytest.raises(UserError, match=name):
        SimulatorSettings(world=Path("x.world"), **{name: value})
