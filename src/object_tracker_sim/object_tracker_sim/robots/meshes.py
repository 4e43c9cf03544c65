"""Writes the robots' meshes: ``python -m object_tracker_sim.robots.meshes src/object_tracker_sim/models``.

All parts of a robot in one mesh, parts of a colour together, and round parts of few triangles: Gazebo's own
cylinder and sphere have so many that a Burger of them took longer to draw than all else (docs/benchmarks.md).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

from object_tracker_sim.robots.parts import ROBOTS, Box, Part, Round, Vector

SEGMENTS = 20  # of a circle; its corners are then 1 % of a radius off at most
RINGS = 6  # of a sphere, from pole to pole

Corner = tuple[Vector, Vector]  # position and normal
Triangle = tuple[Corner, Corner, Corner]


def obj_text(name: str, parts: tuple[Part, ...]) -> str:
    """Return the parts as Wavefront OBJ, with the materials of ``NAME.mtl``, metres, z up."""
    positions: dict[Vector, int] = {}
    normals: dict[Vector, int] = {}
    faces: list[str] = []
    for colour in dict.fromkeys(part.colour for part in parts):
        faces.append(f"usemtl {_material(name, colour)}")
        of_colour = [part for part in parts if part.colour == colour]
        for triangle in (triangle for part in of_colour for triangle in _triangles(part)):
            numbers = [
                f"{positions.setdefault(_rounded(position), len(positions) + 1)}"
                f"//{normals.setdefault(_rounded(normal), len(normals) + 1)}"
                for position, normal in triangle
            ]
            faces.append("f " + " ".join(numbers))
    lines = [f"# {name}, made by object_tracker_sim.robots.meshes; metres, z up"]
    lines += [f"mtllib {name}.mtl", f"o {name}"]
    lines += [f"v {_numbers(position)}" for position in positions]
    lines += [f"vn {_numbers(normal)}" for normal in normals]
    return "\n".join([*lines, *faces]) + "\n"


def mtl_text(name: str, parts: tuple[Part, ...]) -> str:
    """Return the materials of the parts as Wavefront MTL: dull, one per colour."""
    lines = [f"# colours of {name}, made by object_tracker_sim.robots.meshes"]
    for colour in dict.fromkeys(part.colour for part in parts):
        amount = " ".join(f"{value:.2f}" for value in colour)
        lines += [f"newmtl {_material(name, colour)}", f"Ka {amount}", f"Kd {amount}", "Ks 0 0 0"]
    return "\n".join(lines) + "\n"


def write(models: Path) -> None:
    """Write ``NAME/meshes/NAME.obj`` and ``.mtl`` of each robot into the folder of models."""
    for name, parts in ROBOTS.items():
        folder = models / name / "meshes"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.obj").write_text(obj_text(name, parts))
        (folder / f"{name}.mtl").write_text(mtl_text(name, parts))


def _material(name: str, colour: Vector) -> str:
    return f"{name}_" + "_".join(f"{round(100 * value):02d}" for value in colour)


def _triangles(part: Part) -> Iterator[Triangle]:
    if isinstance(part, Box):
        return _box(part)
    return _cylinder(part) if part.length else _sphere(part)


def _quad(corners: list[Corner]) -> Iterator[Triangle]:
    a, b, c, d = corners
    yield a, b, c
    yield a, c, d


def _box(box: Box) -> Iterator[Triangle]:
    half = [0.5 * side for side in box.size]
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side in (1.0, -1.0):
            corners = []
            for along_u, along_v in ((-1, -1), (1, -1), (1, 1), (-1, 1))[:: int(side)]:
                offset, normal = [0.0] * 3, [0.0] * 3
                offset[axis], offset[u], offset[v] = side * half[axis], along_u * half[u], along_v * half[v]
                normal[axis] = side
                corners.append((_moved(box.centre, offset), _vector(normal)))
            yield from _quad(corners)


def _cylinder(part: Round) -> Iterator[Triangle]:
    axis = part.axis
    u, v = (axis + 1) % 3, (axis + 2) % 3

    def corner(step: int, end: float, normal: Vector | None = None) -> Corner:
        angle = 2.0 * math.pi * (step % SEGMENTS) / SEGMENTS
        out = [0.0] * 3
        out[u], out[v] = math.cos(angle), math.sin(angle)
        offset = [part.radius * value for value in out]
        offset[axis] = 0.5 * end * part.length
        return _moved(part.centre, offset), normal or _vector(out)

    for step in range(SEGMENTS):
        yield from _quad([corner(step, -1), corner(step + 1, -1), corner(step + 1, 1), corner(step, 1)])
    for end in (1.0, -1.0):
        out = [0.0] * 3
        out[axis] = end
        flat = _vector(out)
        rim = [corner(step, end, flat) for step in range(SEGMENTS)][:: int(end)]
        for step in range(1, SEGMENTS - 1):
            yield rim[0], rim[step], rim[step + 1]


def _sphere(part: Round) -> Iterator[Triangle]:
    sides = 2 * RINGS

    def corner(ring: int, step: int) -> Corner:
        down, round_ = math.pi * ring / RINGS, 2.0 * math.pi * (step % sides) / sides
        normal = (math.sin(down) * math.cos(round_), math.sin(down) * math.sin(round_), math.cos(down))
        return _moved(part.centre, [part.radius * value for value in normal]), normal

    for ring in range(RINGS):
        for step in range(sides):
            upper_left, lower_left = corner(ring, step), corner(ring + 1, step)
            lower_right, upper_right = corner(ring + 1, step + 1), corner(ring, step + 1)
            if ring < RINGS - 1:  # below the last ring is a pole, a point
                yield upper_left, lower_left, lower_right
            if ring > 0:  # above the first as well
                yield upper_left, lower_right, upper_right


def _moved(centre: Vector, offset: list[float]) -> Vector:
    return (centre[0] + offset[0], centre[1] + offset[1], centre[2] + offset[2])


def _vector(values: list[float]) -> Vector:
    return (values[0], values[1], values[2])


def _rounded(vector: Vector) -> Vector:
    x, y, z = (round(value, 6) + 0.0 for value in vector)  # + 0.0: no minus zero
    return (x, y, z)


def _numbers(vector: Vector) -> str:
    return " ".join(f"{value:g}" for value in vector)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("give the folder of the models: src/object_tracker_sim/models")
    write(Path(sys.argv[1]))
