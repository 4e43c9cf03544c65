"""The parts that are drawn of the robots, from the dimensions that ROBOTIS publishes [m]."""

from __future__ import annotations

from dataclasses import dataclass

Vector = tuple[float, float, float]

BLACK: Vector = (0.05, 0.05, 0.05)
PLATE: Vector = (0.10, 0.10, 0.11)
STEEL: Vector = (0.60, 0.60, 0.60)


@dataclass(frozen=True)
class Box:
    """A box, its sides along the axes.

    Attributes:
        name: what it is.
        centre: in base_footprint: x forward, y left, z up from the ground.
        size: along x, y, z.
        colour: red, green, blue, 0 to 1.
    """

    name: str
    centre: Vector
    size: Vector
    colour: Vector


@dataclass(frozen=True)
class Round:
    """A cylinder, or, without a length, a sphere.

    Attributes:
        name: what it is.
        centre: in base_footprint: x forward, y left, z up from the ground.
        radius: of the cylinder or sphere.
        length: of the cylinder; 0: a sphere.
        axis: of the cylinder: 1: y, 2: z.
        colour: red, green, blue, 0 to 1.
    """

    name: str
    centre: Vector
    radius: float
    length: float
    axis: int
    colour: Vector


Part = Box | Round


def _wheel(name: str, y: float) -> Round:
    return Round(name, (0.0, y, 0.033), 0.033, 0.018, 1, BLACK)


ROBOTS: dict[str, tuple[Part, ...]] = {
    "burger": (
        Box("lower_plate", (-0.032, 0.0, 0.0215), (0.138, 0.138, 0.010), PLATE),
        Box("battery", (-0.032, 0.0, 0.048), (0.110, 0.090, 0.043), (0.20, 0.24, 0.30)),
        Box("middle_plate", (-0.032, 0.0, 0.0745), (0.138, 0.138, 0.010), PLATE),
        Box("boards", (-0.032, 0.0, 0.111), (0.100, 0.100, 0.063), (0.05, 0.30, 0.14)),
        Box("upper_plate", (-0.032, 0.0, 0.1475), (0.138, 0.138, 0.010), PLATE),
        Round("lidar", (-0.032, 0.0, 0.172), 0.035, 0.040, 2, BLACK),
        _wheel("left_wheel", 0.080),
        _wheel("right_wheel", -0.080),
        Round("caster", (-0.081, 0.0, 0.010), 0.010, 0.0, 2, STEEL),
    ),
    "waffle_pi": (
        Box("lower_plate", (-0.064, 0.0, 0.0275), (0.266, 0.266, 0.015), PLATE),
        Box("battery_and_boards", (-0.064, 0.0, 0.062), (0.20, 0.20, 0.054), (0.22, 0.28, 0.34)),
        Box("upper_plate", (-0.064, 0.0, 0.0965), (0.266, 0.266, 0.015), PLATE),
        Round("lidar", (-0.064, 0.0, 0.124), 0.035, 0.040, 2, BLACK),
        Box("camera_housing", (0.060, 0.0, 0.103), (0.018, 0.030, 0.027), (0.05, 0.25, 0.10)),
        _wheel("left_wheel", 0.1435),
        _wheel("right_wheel", -0.1435),
        Round("left_caster", (-0.177, 0.064, 0.010), 0.010, 0.0, 2, STEEL),
        Round("right_caster", (-0.177, -0.064, 0.010), 0.010, 0.0, 2, STEEL),
    ),
}
"""The parts of each model, by its name. Lidar and wheels have one black, so that one call draws them."""
