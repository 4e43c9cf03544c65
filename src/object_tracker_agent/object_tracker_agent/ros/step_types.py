"""What goes into a lock-step and what comes out of it, as numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class ArenaLook:
    """How an arena looks during an episode (message ArenaAppearance). None: as in the world file."""

    sun_direction: Triple | None = None
    """Where the light of the first directional light goes to; z below 0."""
    sun_strength: float | None = None
    """Factor on its colour, 0 .. 10."""
    ambient: Triple | None = None
    """Red, green, blue, 0 .. 1, as the others."""
    ground_colour: Triple | None = None
    burger_colour: Triple | None = None
    background_colour: Triple | None = None
    surroundings_low: Triple | None = None
    """With `surroundings_high`: the range of the colours of what else stands still. Both or neither."""
    surroundings_high: Triple | None = None
    surroundings_seed: int = 0
    """What draws each visual's colour from it, 0 .. 2**64-1."""
    patterns: float | None = None
    """The share of ground and of what else stands still that has a pattern, 0 .. 1."""
    patterns_seed: int = 0
    """What draws which, 0 .. 2**64-1."""
    camera_position_error: Triple | None = None
    """x, y, z [m] by which the camera is off, in the frame of its mounting (x forward), -0.5 .. 0.5."""
    camera_angle_error: Triple | None = None
    """Roll, pitch, yaw [rad] by which it is turned there, -0.8 .. 0.8."""
    furniture: float | None = None
    """The share of the world's furniture that is there, to be seen and to run into, 0 .. 1."""
    furniture_seed: int = 0
    """What draws which, 0 .. 2**64-1."""


@dataclass(frozen=True)
class ArenaStart:
    """The start of one arena's next episode (message ArenaReset)."""

    arena: int
    """Index of the arena, from 0."""
    seed: int = 0
    """Seeds whatever is random inside the simulation in this episode, 0 .. 2**64-1."""
    waffle_pose: tuple[float, float, float] | None = None
    """x [m], y [m], yaw [rad] of base_footprint in `odom`; None: the pose in the world file."""
    burger_pose: tuple[float, float, float] | None = None
    """As `waffle_pose`."""
    solid: bool = False
    """Whether Waffle and Burger are solid to each other."""
    limit_acceleration: bool = True
    """Whether the robots' limits of acceleration apply; those of speed always do."""
    look: ArenaLook | None = None
    """None: all as in the world file."""


@dataclass(frozen=True)
class SimulationDescription:
    """What a running simulation is (service DescribeSimulation)."""

    ready: bool
    """The simulator is up and every camera has rendered."""
    message: str
    """What is being waited for, if not ready."""
    mode: str
    """"lockstep" or "realtime"."""
    world: str
    """Path of the world file."""
    arenas: int
    physics_step: float
    """[s]"""
    takeover_after: float
    """[s] wall clock"""
    height: int
    """[pixel]"""
    width: int
    """[pixel]"""
    channels: int
    horizontal_fov: float
    """[rad]"""
    local_socket: str = ""
    """Path of a Unix socket that takes the same steps; empty: there is none."""


@dataclass(frozen=True)
class StepReply:
    """The state of all N arenas at one instant. Its arrays are its own, but for `halves`, and for frames that
    were asked for uncopied."""

    stamp_ns: int
    """Simulated time of everything below [ns]."""
    frames: NDArray[np.uint8]
    """Camera images, RGB. Shape: (N, height, width, 3)."""
    waffle_pose: NDArray[np.float64]
    """x, y, z [m], qx, qy, qz, qw of base_footprint in `odom`. Shape: (N, 7)."""
    waffle_twist: NDArray[np.float64]
    """Linear [m/s] and angular [rad/s] velocity in the robot's frame. Shape: (N, 6)."""
    burger_pose: NDArray[np.float64]
    """As `waffle_pose`."""
    burger_twist: NDArray[np.float64]
    """As `waffle_twist`."""
    contacts: NDArray[np.uint8]
    """Bits Step.Response.CONTACT_*. Shape: (N,)."""
    interrupted: list[str]
    """Per arena: empty, or why its episode cannot go on; such an arena is to be reset. Length: N."""
    restarts: int
    """How many times the simulator has been restarted since the node started."""
    halves: NDArray[np.uint8] | None = None
    """The camera images in half the size, if they were asked for and the simulator made them. Shape:
    (N, height / 2, width / 2, channels). Never copied: the next step overwrites them."""
