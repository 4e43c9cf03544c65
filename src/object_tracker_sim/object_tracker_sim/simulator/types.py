"""What goes into a simulator and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.errors import UserError
from object_tracker_sim.simulator.frame_memory import FrameMemory

MAX_ARENAS = 16
"""Two collision bits for each arena, of the 32 there are."""

MAX_ITERATIONS = 100_000
"""Physics iterations in one step."""

MAX_IMAGE_SIDE = 4096  # [pixel]


class SimulatorError(UserError):
    """The simulator did not start, hung, ended or broke the protocol. It is dead; start a new one."""


class StartError(SimulatorError):
    """The simulator cannot start here, or with these settings; another try would end the same."""


class RequestError(UserError):
    """A step that cannot be carried out. Nothing of it was; the simulator runs on."""


@dataclass(frozen=True)
class SimulatorSettings:
    """What to simulate."""

    world: Path
    """World file (SDF). Robots it does not include are added at the original task's start poses."""

    arenas: int = 8
    """Pairs of robots, ghosts to each other in the same world: 1 … 16."""

    image_height: int = 120
    """Height of a camera image [pixel]."""

    image_width: int = 160
    """Width of a camera image [pixel]."""

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        for name, low, high in (
            ("arenas", 1, MAX_ARENAS),
            ("image_height", 1, MAX_IMAGE_SIDE),
            ("image_width", 1, MAX_IMAGE_SIDE),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise UserError(f"{name} must be a whole number from {low} to {high}, not {value!r}")


@dataclass(frozen=True)
class SimulatorDescription:
    """A running simulator."""

    physics_step: float  # [s] from the world file
    horizontal_fov: float  # [rad] of every camera
    near_clip: float  # [m]
    far_clip: float  # [m]
    arenas: int
    image_height: int  # [pixel]
    image_width: int  # [pixel]
    gazebo_version: str
    master_uri: str
    """For Gazebo's own client: GAZEBO_MASTER_URI. Loopback only."""
    pid: int
    """Of the simulator program."""


Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Appearance:
    """How an arena looks during an episode. None: as in the world file. Colours: red, green, blue, 0 … 1."""

    sun_direction: Triple | None = None
    """Where the light of the world's first directional light goes to; z below 0."""
    sun_strength: float | None = None
    """Factor on its colour in the world file: 0 … 10."""
    ambient: Triple | None = None
    """Light from everywhere."""
    ground_colour: Triple | None = None
    """Of the planes among what stands still; tints a texture."""
    burger_colour: Triple | None = None
    """Half of each part's own colour is kept."""
    background_colour: Triple | None = None
    """Behind everything; a sky hides it."""
    surroundings_low: Triple | None = None
    """With `surroundings_high`: the range that the colours of what else stands still are drawn from, each
    visual's on its own; how: object_tracker_msgs/msg/ArenaAppearance. Tints textures. Both or neither."""
    surroundings_high: Triple | None = None
    surroundings_seed: int = 0
    """0 … 2**64 - 1."""
    patterns: float | None = None
    """What share of ground and surroundings has a pattern in place of its texture, 0 … 1. Which: as above."""
    patterns_seed: int = 0
    """0 … 2**64 - 1."""
    camera_position_error: Triple | None = None
    """By how much the camera is off its mounting in the model file, in its own frame as mounted there:
    x forward, y left, z up [m], each -0.5 … 0.5."""
    camera_angle_error: Triple | None = None
    """Roll, pitch, yaw [rad] in that frame, turned by in this order: each -0.8 … 0.8."""
    furniture: float | None = None
    """What share of the world's furniture is there, 0 … 1; the rest can neither be seen nor run into. What
    counts as furniture, and which is there: object_tracker_msgs/msg/ArenaAppearance."""
    furniture_seed: int = 0
    """0 … 2**64 - 1."""


@dataclass
class Reset:
    """The start of one arena's next episode. Everything the arena did before is forgotten."""

    arena: int
    seed: int = 0
    """Seeds whatever is random inside the simulation during the episode: 0 … 2**64 - 1."""
    waffle_pose: tuple[float, float, float] | None = None
    """Start of base_footprint in the ground plane: x [m], y [m], yaw [rad]. None: as in the world file."""
    burger_pose: tuple[float, float, float] | None = None
    solid: bool = False
    """Whether Waffle and Burger are solid to each other. Contact is reported either way."""
    limit_acceleration: bool = False
    """Whether the robots' limits of acceleration apply. Their limits of speed always do."""
    appearance: Appearance | None = None
    """None: as in the world file."""


@dataclass
class SimulatorState:
    """All arenas at one instant. The arrays are views that the next step overwrites; copy to keep."""

    time_ns: int
    """Simulated time [ns]: 0 when the simulator is ready, one physics step more with every iteration."""
    frames: NDArray[np.uint8]
    """Camera images, RGB. Shape: (arenas, height, width, 3)."""
    waffle_pose: NDArray[np.float64]
    """base_footprint: x, y, z [m], qx, qy, qz, qw. Shape: (arenas, 7)."""
    waffle_twist: NDArray[np.float64]
    """Linear x, y, z [m/s] and angular x, y, z [rad/s] in the robot's own frame. Shape: (arenas, 6)."""
    burger_pose: NDArray[np.float64]
    burger_twist: NDArray[np.float64]
    contacts: NDArray[np.uint8]
    """Contacts during this step, bits as in object_tracker_msgs/srv/Step. Shape: (arenas,)."""
    memory: FrameMemory | None = None
    """What `frames` is a view of, for whoever shares it."""
