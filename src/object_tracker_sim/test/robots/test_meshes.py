"""The robots' meshes are those of their parts, closed, facing outwards, and of published size."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from object_tracker_sim.robots.meshes import mtl_text, obj_text, write
from object_tracker_sim.robots.parts import ROBOTS, Box, Part, Round
from object_tracker_sim.simulator import resolve_world

# Length, width, height [m] as ROBOTIS publishes them; the Waffle Pi's camera and casters are within.
PUBLISHED = {"burger": (0.138, 0.178, 0.192), "waffle_pi": (0.281, 0.306, 0.141)}


def triangles(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and normals of all triangles' corners. Shape: (triangles, 3, 3) each."""
    lines = [line.split() for line in text.splitlines()]
    positions = np.array([words[1:] for words in lines if words[0] == "v"], float)
    normals = np.array([words[1:] for words in lines if words[0] == "vn"], float)
    corners = [[corner.split("//") for corner in words[1:]] for words in lines if words[0] == "f"]
    faces = np.array(corners, int)
    return positions[faces[:, :, 0] - 1], normals[faces[:, :, 1] - 1]


def volume(part: Part) -> float:
    if isinstance(part, Box):
        return float(np.prod(part.size))
    return np.pi * part.radius**2 * part.length if part.length else 4 / 3 * np.pi * part.radius**3


@pytest.mark.parametrize("name", list(ROBOTS))
def test_files_are_as_made(name: str) -> None:
    folder = resolve_world("empty").parents[1] / "models" / name / "meshes"
    assert (folder / f"{name}.obj").read_text() == obj_text(name, ROBOTS[name])
    assert (folder / f"{name}.mtl").read_text() == mtl_text(name, ROBOTS[name])


@pytest.mark.parametrize(
    "part", [part for parts in ROBOTS.values() for part in parts], ids=lambda part: part.name
)
def test_a_part_is_closed_and_faces_outwards(part: Part) -> None:
    corners, normals = triangles(obj_text("one", (part,)))
    a, b, c = corners[:, 0] - part.centre, corners[:, 1] - part.centre, corners[:, 2] - part.centre
    # By the divergence theorem; it is negative inside out, and wrong with a hole.
    enclosed = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    assert enclosed == pytest.approx(volume(part), rel=0.12 if isinstance(part, Round) else 1e-3)
    edges = {}
    for triangle in corners.round(6).tolist():
        for start, end in pairwise([*map(tuple, triangle), tuple(triangle[0])]):
            edges[start, end] = edges.get((start, end), 0) + 1
    assert all(edges.get((end, start)) == count for (start, end), count in edges.items())
    facing = np.cross(b - a, c - a)
    assert (np.einsum("ij,ikj->ik", facing, normals) > 0).all()
    np.testing.assert_allclose(np.linalg.norm(normals, axis=2), 1.0, atol=1e-5)


@pytest.mark.parametrize("name", list(ROBOTS))
def test_it_has_the_robots_size(name: str) -> None:
    corners = triangles(obj_text(name, ROBOTS[name]))[0].reshape(-1, 3)
    size = np.ptp(corners, axis=0)
    assert (size <= np.array(PUBLISHED[name]) + 0.004).all()
    assert (size >= np.array(PUBLISHED[name]) - 0.015).all()
    assert corners[:, 2].min() == pytest.approx(0.0, abs=1e-6)  # on the ground


def test_it_writes_where_it_is_told(tmp_path: Path) -> None:
    for name in ROBOTS:
        (tmp_path / name).mkdir()
    write(tmp_path)
    for name, parts in ROBOTS.items():
        assert (tmp_path / name / "meshes" / f"{name}.obj").read_text() == obj_text(name, parts)
