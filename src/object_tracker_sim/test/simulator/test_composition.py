from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.simulator import SimulatorSettings
from object_tracker_sim.simulator.composition import ROBOTS, Composition, compose


@pytest.fixture
def compose_text(tmp_path: Path, robot_models: Path):
    sdf = '<sdf version="1.6"><world name="w">{}</world></sdf>'

    def run(inside: str, arenas: int = 2, around: str = sdf) -> Composition:
        world = tmp_path / "user.world"
        world.write_text(around.format(inside))
        settings = SimulatorSettings(world=world, arenas=arenas, image_height=60, image_width=80)
        return compose(settings, robot_models, [robot_models, tmp_path])

    return run


def models(composition: Composition) -> dict[str, ElementTree.Element]:
    world = ElementTree.fromstring(composition.text).find("world")
    found = [(model.get("name"), model) for model in world.findall("model")]
    assert len(found) == len(dict(found)), "names are unique"
    return dict(found)


def poses(composition: Composition, name: str) -> list[float]:
    return [float(value) for value in models(composition)[name].findtext("pose").split()]


@pytest.mark.parametrize("arenas", [1, 3, 16])
def test_every_arena_gets_its_own_pair(compose_text, arenas: int) -> None:
    names = models(compose_text("", arenas))
    assert set(names) == {f"arena_{k}_{robot}" for k in range(arenas) for robot in ROBOTS}


def test_robots_that_are_not_in_the_world_start_as_in_the_original_task(compose_text) -> None:
    composition = compose_text("")
    assert poses(composition, "arena_1_waffle_pi") == [0, 0, 0, 0, 0, 0]
    assert poses(composition, "arena_1_burger") == [3.5, 0, 0, 0, 0, 0]


def test_robots_of_the_world_start_where_it_puts_them(compose_text) -> None:
    composition = compose_text(
        "<include><uri>model://waffle_pi</uri><pose>1 2 0.5 0.1 0.2 0.3</pose></include>"
        '<model name="burger"><pose>-1 0 0 0 0 1</pose><link name="l"/></model>'
    )
    for arena in range(2):
        assert poses(composition, f"arena_{arena}_waffle_pi") == [1, 2, 0.5, 0, 0, 0.3]
        assert poses(composition, f"arena_{arena}_burger") == [-1, 0, 0, 0, 0, 1]
    assert "<uri>model://waffle_pi</uri>" not in composition.text
    assert len(models(composition)) == 4


def test_the_image_has_the_size_asked_for(compose_text) -> None:
    image = next(models(compose_text(""))["arena_0_waffle_pi"].iter("image"))
    assert (image.findtext("height"), image.findtext("width")) == ("60", "80")


def test_what_can_move_is_copied_and_what_stands_still_is_shared(compose_text, tmp_path: Path) -> None:
    for name, static in (("crate", "0"), ("house", "1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.config").write_text(
            '<model><sdf version="1.5">old.sdf</sdf><sdf version="1.6">m.sdf</sdf></model>'
        )
        text = f'<sdf version="1.6"><model name="{name}"><static>{static}</static></model></sdf>'
        (tmp_path / name / "m.sdf").write_text(text)
    (tmp_path / "lamp.sdf").write_text('<sdf version="1.6"><light name="lamp" type="point"/></sdf>')
    composition = compose_text(
        '<model name="wall"><static>true</static></model><model name="ball"/>'
        "<include><uri>model://crate</uri></include><include><uri>model://house</uri></include>"
        "<include><uri>model://crate</uri><name>fixed</name><static>1</static></include>"
        "<include><uri>lamp.sdf</uri></include>"
    )
    names = set(models(composition))
    assert {"wall", "arena_0_ball", "arena_1_ball"} <= names
    assert "ball" not in names
    world = ElementTree.fromstring(composition.text).find("world")
    includes = [(i.findtext("uri"), i.findtext("name")) for i in world.findall("include")]
    assert sorted(includes, key=str) == sorted(
        [
            ("model://house", None),
            ("model://crate", "fixed"),
            ("lamp.sdf", None),
            ("model://crate", "arena_0_crate"),
            ("model://crate", "arena_1_crate"),
        ],
        key=str,
    )


def test_a_saved_state_moves_its_models(compose_text) -> None:
    composition = compose_text(
        '<model name="ball"><pose>0 0 0 0 0 0</pose></model>'
        '<state world_name="w"><model name="ball"><pose>7 0 0 0 0 0</pose></model></state>'
    )
    assert poses(composition, "arena_1_ball")[0] == 7
    assert "<state" not in composition.text


def test_shadows_go_and_it_is_said(compose_text) -> None:
    composition = compose_text("<scene><shadows>1</shadows></scene>")
    assert "<shadows>0</shadows>" in composition.text
    assert any("shadows" in remark for remark in composition.remarks)
    assert compose_text("<scene><shadows>0</shadows></scene>").remarks == []


WAFFLE = "<include><uri>model://waffle_pi</uri>{}</include>"


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (WAFFLE.format("") * 2, "more than one waffle_pi"),
        (WAFFLE.format("<pose>1 2</pose>"), "must be x y z"),
        (WAFFLE.format('<pose relative_to="x">0 0 0 0 0 0</pose>'), "world's frame"),
        ("<physics type='bullet'/>", "only 'ode'"),
        ("<model name='arena_3_x'/>", "are taken"),
        ("<include><uri>model://nosuch</uri></include>", "no model 'nosuch' in any folder"),
        ("<include><uri>https://fuel/x</uri></include>", "would have to be downloaded"),
        ("<include><uri>file:///nowhere/x.sdf</uri></include>", "no model at /nowhere/x.sdf"),
        ("<include/>", "includes nothing"),
        ("<scene>", "not well-formed XML"),
    ],
)
def test_a_world_that_cannot_be_used_is_one_clear_line(compose_text, inside: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        compose_text(inside)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "user.world" in str(caught.value)


@pytest.mark.parametrize("around", ["<sdf version='1.6'>{}</sdf>", "<world name='w'>{}</world>"])
def test_a_file_that_is_no_world_is_refused(compose_text, around: str) -> None:
    with pytest.raises(UserError, match="not a world file"):
        compose_text("", around=around)
