"""The world that is simulated: a user's world file with every arena's robots put into it.

Each arena gets a pair of robots and copies of whatever in the world can move, named ``arena_<k>_…``; the
simulator program makes the arenas ghosts to each other. What stands still is shared.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from object_tracker_agent.errors import UserError
from object_tracker_sim.simulator.models import find_model_folder, is_static, parse_xml, read_model
from object_tracker_sim.simulator.types import SimulatorSettings

ROBOTS = ("waffle_pi", "burger")
ORIGINAL_START = {"waffle_pi": "0 0 0 0 0 0", "burger": "3.5 0 0 0 0 0"}
"""Poses of the original task, for robots that the world does not place: x y z [m], roll pitch yaw [rad]."""


@dataclass
class Composition:
    """A composed world."""

    text: str
    """SDF."""
    remarks: list[str] = field(default_factory=list)
    """What was changed in the user's world beyond adding robots; a line each, to be shown."""


def compose(settings: SimulatorSettings, robot_models: Path, model_path: Sequence[Path]) -> Composition:
    """Return the world of `settings` with its arenas.

    Args:
        settings: World file, number of arenas, image size.
        robot_models: Folder with this package's waffle_pi and burger.
        model_path: Folders in which included models are looked up.

    Raises:
        UserError: the world file cannot be used; says what is wrong with it.
    """
    root, world = _read_world(settings.world)
    result = Composition("")
    _apply_state(world)
    starts = _take_robots(world, settings.world)
    movable = _take_movable(world, settings.world, model_path)
    _prepare_scene(world, result.remarks)

    robots = {name: read_model(robot_models / name) for name in ROBOTS}
    for image in robots["waffle_pi"].iter("image"):
        _set(image, "width", str(settings.image_width))
        _set(image, "height", str(settings.image_height))
    for arena in range(settings.arenas):
        # The same order in every arena: physics must not be able to tell one from another.
        for name in ROBOTS:
            robot = copy.deepcopy(robots[name])
            robot.set("name", f"arena_{arena}_{name}")
            _set(robot, "pose", starts[name])
            world.append(robot)
        for name, element in movable:
            clone = copy.deepcopy(element)
            if clone.tag == "include":
                _set(clone, "name", f"arena_{arena}_{name}")
            else:
                clone.set("name", f"arena_{arena}_{name}")
            world.append(clone)
    result.text = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    return result


def _read_world(path: Path) -> tuple[Element, Element]:
    root = parse_xml(path)
    worlds = root.findall("world")
    if root.tag != "sdf" or len(worlds) != 1:
        raise UserError(f"{path} is not a world file: it must be <sdf> with one <world> in it")
    world = worlds[0]
    for physics in world.findall("physics"):
        if physics.get("type", "ode") != "ode":
            kind = physics.get("type")
            raise UserError(f"{path} asks for physics '{kind}'; only 'ode' can be reset exactly")
    for model in world.iter("model"):
        if (model.get("name") or "").startswith("arena_"):
            raise UserError(f"{path}: model '{model.get('name')}': names that begin with 'arena_' are taken")
    return root, world


def _apply_state(world: Element) -> None:
    """Move the poses of a saved ``<state>`` into the models, which get other names here."""
    for state in world.findall("state"):
        for saved in state.findall("model"):
            pose = saved.findtext("pose")
            for model in world.findall("model"):
                if model.get("name") == saved.get("name") and pose is not None:
                    _set(model, "pose", pose)
        world.remove(state)


def _take_robots(world: Element, path: Path) -> dict[str, str]:
    """Remove the robots from the world and return where each starts."""
    starts: dict[str, str] = {}
    for element in [*world.findall("include"), *world.findall("model")]:
        uri = (element.findtext("uri") or "").strip()
        name = uri.removeprefix("model://").rstrip("/") if element.tag == "include" else element.get("name")
        if name not in ROBOTS:
            continue
        if name in starts:
            raise UserError(f"{path} has more than one {name}; it may have one, which every arena gets")
        pose = element.find("pose")
        if pose is not None and pose.get("relative_to"):
            raise UserError(f"{path}: give the pose of {name} in the world's frame, not relative_to another")
        starts[name] = _pose_text(pose, name, path)
        world.remove(element)
    return {name: starts.get(name, ORIGINAL_START[name]) for name in ROBOTS}


def _pose_text(pose: Element | None, name: str, path: Path) -> str:
    text = (pose.text or "").strip() if pose is not None else "0 0 0 0 0 0"
    try:
        values = [float(value) for value in text.split()]
    except ValueError:
        values = []
    if len(values) != 6:
        raise UserError(f"{path}: the pose of {name} must be x y z roll pitch yaw, not '{text}'")
    x, y, z, _, _, yaw = values  # the bases move in the plane: no roll, no pitch
    return f"{x!r} {y!r} {z!r} 0 0 {yaw!r}"


def _take_movable(world: Element, path: Path, model_path: Sequence[Path]) -> list[tuple[str, Element]]:
    """Remove from the world whatever can move, and return it with its names."""
    movable = []
    for element in [*world.findall("include"), *world.findall("model")]:
        if element.tag == "include":
            uri = (element.findtext("uri") or "").strip()
            try:
                included = read_model(find_model_folder(uri, model_path, path.parent))
            except UserError as error:
                raise UserError(f"{path} includes {uri or 'nothing'}: {error}") from error
            if is_static(element, included):
                continue
            name = (element.findtext("name") or "").strip() or included.get("name", "")
        else:
            if is_static(element):
                continue
            name = element.get("name", "")
        world.remove(element)
        movable.append((name, element))
    return movable


def _prepare_scene(world: Element, remarks: list[str]) -> None:
    scene = world.find("scene")
    if scene is None:
        scene = SubElement(world, "scene")
    shadows = (scene.findtext("shadows") or "1").strip().lower()
    if scene.find("shadows") is not None and shadows in ("1", "true"):
        remarks.append("shadows are off: the robots of one arena would cast theirs into the others'")
    _set(scene, "shadows", "0")
    _set(scene, "grid", "0")
    _set(scene, "origin_visual", "0")


def _set(parent: Element, tag: str, text: str) -> None:
    """Give `parent` exactly one child `tag` that holds `text`."""
    children = parent.findall(tag)
    for extra in children[1:]:
        parent.remove(extra)
    child = children[0] if children else SubElement(parent, tag)
    child.text = text
