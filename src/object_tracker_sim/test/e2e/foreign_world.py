"""Worlds as other people write them, with Gazebo's own textures and none of this workspace's files."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

GROUNDS = ("Grey", "Wood", "Grass", "Residential", "Road", "CeilingTiled", "Bricks", "WoodFloor")
WALLS = ("Bricks", "White", "WoodPallet", "PaintedWall", "Orange", "SkyBlue", "Green", "DarkGrey")
HALF_SIDE = 5.4  # [m] of the room
FREE = 4.4  # [m] around the origin nothing stands, so that a Burger that drives within 4 m meets nothing


def write_world(path: Path, seed: int) -> Path:
    """Write a room whose ground, walls, things and light are drawn by `seed`. It has no robots in it."""
    draw = np.random.default_rng(seed)
    walls = [
        _box(f"wall_{side}", (x, y, 0.5, 0.0), size, str(draw.choice(WALLS)))
        for side, x, y, size in (
            ("north", HALF_SIDE, 0.0, (0.2, 2 * HALF_SIDE, 1.0)),
            ("south", -HALF_SIDE, 0.0, (0.2, 2 * HALF_SIDE, 1.0)),
            ("west", 0.0, HALF_SIDE, (2 * HALF_SIDE, 0.2, 1.0)),
            ("east", 0.0, -HALF_SIDE, (2 * HALF_SIDE, 0.2, 1.0)),
        )
    ]
    things = []
    for number in range(6):
        angle, distance = draw.uniform(-math.pi, math.pi), draw.uniform(FREE + 0.5, FREE + 0.8)
        place = (distance * math.cos(angle), distance * math.sin(angle), 0.2, draw.uniform(0, math.pi))
        size = (draw.uniform(0.1, 0.5), draw.uniform(0.1, 0.5), 0.4)
        things.append(_box(f"thing_{number}", place, size, str(draw.choice(WALLS))))
    strength, ambient = draw.uniform(0.5, 1.0), draw.uniform(0.3, 0.6)
    towards = (draw.uniform(-0.8, 0.8), draw.uniform(-0.8, 0.8), -0.7)
    path.write_text(f"""<?xml version="1.0"?>
<sdf version="1.7">
  <world name="somebody_elses">
    <physics name="usual" type="ode">
      <max_step_size>0.001</max_step_size>
      <real_time_update_rate>1000</real_time_update_rate>
    </physics>
    <scene>
      <ambient>{ambient:.2f} {ambient:.2f} {ambient:.2f} 1</ambient>
      <background>{" ".join(f"{part:.2f}" for part in draw.uniform(0.3, 1.0, 3))} 1</background>
      <shadows>1</shadows>
    </scene>
    <light name="window" type="directional">
      <pose>0 0 10 0 0 0</pose>
      <direction>{" ".join(f"{part:.2f}" for part in towards)}</direction>
      <diffuse>{strength:.2f} {strength:.2f} {0.9 * strength:.2f} 1</diffuse>
      <cast_shadows>1</cast_shadows>
    </light>
    {_box("floor", (0.0, 0.0, -0.05, 0.0), (12.0, 12.0, 0.1), str(draw.choice(GROUNDS)))}
    {"".join(walls)}
    {"".join(things)}
  </world>
</sdf>
""")
    return path


def _box(
    name: str, pose: tuple[float, float, float, float], size: tuple[float, float, float], material: str
) -> str:
    x, y, z, yaw = pose
    shape = f"<geometry><box><size>{size[0]:.3f} {size[1]:.3f} {size[2]:.3f}</size></box></geometry>"
    script = f"<script><uri>file://media/materials/scripts/gazebo.material</uri><name>Gazebo/{material}</name></script>"
    return f"""
    <model name="{name}">
      <static>true</static>
      <pose>{x:.3f} {y:.3f} {z:.3f} 0 0 {yaw:.3f}</pose>
      <link name="link">
        <collision name="collision">{shape}</collision>
        <visual name="visual">{shape}<material>{script}</material></visual>
      </link>
    </model>"""


if __name__ == "__main__":  # python foreign_world.py FILE SEED: to look at one, or to measure in it
    write_world(Path(sys.argv[1]), int(sys.argv[2]))
