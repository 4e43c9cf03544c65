"""A camera that is off its mounting: what it sees is what it would see from there."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from object_tracker_sim.simulator import Appearance, RequestError, Reset, Simulator
from object_tracker_sim.simulator.types import Triple

pytestmark = pytest.mark.integration

AHEAD, AWAY = (0.9, 0.15, 0.0), (-3.0, 0.0, 0.0)
MOUNTED = 0.076  # [m] ahead of base_footprint: models/waffle_pi/model.sdf
OFF = 1  # the arena whose camera is off
MIDDLE = np.array((79.5, 59.5))  # [pixel] column, row


@pytest.fixture(scope="module")
def simulator(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(arenas=3)


def frames(
    simulator: Simulator, position: Triple | None = None, angles: Triple | None = None, burger: Triple = AHEAD
) -> np.ndarray:
    """Return the frames of episodes in one of which the camera is off by that."""
    look = Appearance(camera_position_error=position, camera_angle_error=angles)
    resets = [
        Reset(k, burger_pose=burger, appearance=look if k == OFF else None)
        for k in range(simulator.settings.arenas)
    ]
    return simulator.step(0, resets=resets).frames.astype(int)


def burger_pixels(
    simulator: Simulator, position: Triple | None = None, angles: Triple | None = None
) -> np.ndarray:
    """Return where that camera sees the Burger: column and row from the picture's middle. Shape: (n, 2)."""
    with_it, without = (frames(simulator, position, angles, burger)[OFF] for burger in (AHEAD, AWAY))
    rows, columns = np.nonzero(np.abs(with_it - without).sum(-1) > 20)
    return np.stack([columns, rows], axis=1) - MIDDLE


def focal_length(simulator: Simulator) -> float:
    return 80.0 / math.tan(simulator.description.horizontal_fov / 2.0)  # [pixel]


def turned(pixels: np.ndarray, angles: Triple, focal: float) -> np.ndarray:
    """Return where they are for a camera turned by roll, then pitch, then yaw (x forward, y left, z up)."""
    (sr, cr), (sp, cp), (sy, cy) = ((math.sin(angle), math.cos(angle)) for angle in angles)
    roll = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    pitch = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    yaw = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    rays = np.column_stack([np.ones(len(pixels)), -pixels / focal]) @ (yaw @ pitch @ roll)
    return -focal * rays[:, 1:] / rays[:, :1]


@pytest.mark.parametrize(
    "angles", [(0.0, 0.0, 0.2), (0.0, 0.1, 0.0), (0.0, -0.2, 0.0), (0.5, 0.0, 0.0), (0.4, -0.2, 0.3)]
)
def test_turned(simulator: Simulator, angles: Triple) -> None:
    """The Burger is off by the pixels that follow from the field of view; pitch and yaw by f tan(angle)."""
    seen, plain = burger_pixels(simulator, None, angles), burger_pixels(simulator)
    wanted = turned(plain, angles, focal_length(simulator)).mean(axis=0)
    assert np.abs(wanted - plain.mean(axis=0)).max() > 5
    np.testing.assert_allclose(seen.mean(axis=0), wanted, atol=0.7)


def test_yaw_looks_to_the_left_and_pitch_down(simulator: Simulator) -> None:
    plain = burger_pixels(simulator).mean(axis=0)
    left = burger_pixels(simulator, None, (0.0, 0.0, 0.2)).mean(axis=0)
    down = burger_pixels(simulator, None, (0.0, 0.2, 0.0)).mean(axis=0)
    assert left[0] > plain[0] + 20
    assert down[1] < plain[1] - 20


def test_higher_up(simulator: Simulator) -> None:
    """What is near comes lower in the picture, by f z / its distance; the horizon stays."""
    plain, higher = (burger_pixels(simulator, position) for position in (None, (0.0, 0.0, 0.1)))
    distance = AHEAD[0] - MOUNTED
    expected = focal_length(simulator) * 0.1 / np.array((distance + 0.1, distance - 0.12))  # its depth
    assert expected[0] < higher[:, 1].mean() - plain[:, 1].mean() < expected[1]
    assert higher[:, 0].mean() == pytest.approx(plain[:, 0].mean(), abs=0.5)
    pictures = frames(simulator, (0.0, 0.0, 0.1), None, AWAY)
    ground = (pictures[OFF] != pictures[OFF][0, 0]).any(axis=-1)
    assert (ground == (pictures[0] != pictures[0][0, 0]).any(axis=-1)).mean() > 0.99


@pytest.mark.parametrize("heading", [0.0, 0.7])
def test_as_a_waffle_elsewhere_would_see(simulator: Simulator, heading: float) -> None:
    """The position is in the frame of the mounting, not of the world, nor of the camera that is turned."""
    forward, left, yaw = 0.1, -0.05, 0.3
    off = Appearance(camera_position_error=(forward, left, 0.0), camera_angle_error=(0.0, 0.0, yaw))
    along, across = (np.array((math.cos(heading + a), math.sin(heading + a))) for a in (0.0, math.pi / 2))
    camera = (MOUNTED + forward) * along + left * across
    whole = heading + yaw
    x, y = camera - MOUNTED * np.array((math.cos(whole), math.sin(whole)))
    burger = (0.9 * math.cos(heading), 0.9 * math.sin(heading), 0.0)
    seen, wanted, other = simulator.step(
        0,
        resets=[
            Reset(0, waffle_pose=(0.0, 0.0, heading), burger_pose=burger, appearance=off),
            Reset(1, waffle_pose=(float(x), float(y), whole), burger_pose=burger),
            Reset(2, waffle_pose=(0.0, 0.0, heading), burger_pose=burger),
        ],
    ).frames.astype(int)
    assert (np.abs(seen - wanted) > 3).mean() < 0.002
    assert (np.abs(other - wanted) > 3).mean() > 0.03


def test_it_is_the_arenas_alone_and_goes_with_the_episode(simulator: Simulator) -> None:
    plain = frames(simulator)
    off = frames(simulator, (0.1, 0.05, 0.2), (0.1, 0.3, -0.4))
    others = [0, 2]
    assert (off[others] == plain[others]).all()
    assert (off[OFF] != plain[OFF]).any()
    assert (simulator.step(25).frames[OFF] == off[OFF]).all(), "it lasts for the episode"
    again = simulator.step(0, resets=[Reset(0, burger_pose=AHEAD)]).frames
    assert (again[OFF] == off[OFF]).all(), "another arena's reset is not its own"
    assert (frames(simulator) == plain).all(), "to the bit"
    frames(simulator, (0.1, 0.05, 0.2), (0.1, 0.3, -0.4))
    assert (frames(simulator, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)) == plain).all(), "off by 0 is not off"
    frames(simulator, (0.1, 0.05, 0.2), (0.1, 0.3, -0.4))
    none = [Reset(k, burger_pose=AHEAD) for k in range(3)]
    assert (simulator.step(0, resets=none).frames == plain).all(), "no look at all"


def test_a_camera_that_is_mounted_turned(
    start_simulator: Callable[..., Simulator], robot_models: Path, tmp_path: Path
) -> None:
    """Errors are in its own frame: forward, for one that looks to the left, is to the robot's left."""
    model = (robot_models / "waffle_pi" / "model.sdf").read_text()
    straight = "<pose>0.076 0 0.103 0 0 0</pose>"
    turned_left = straight.replace("0</pose>", "1.5707963267948966</pose>")
    assert straight in model
    inline = model[model.index("<model") : model.index("</sdf>")].replace(straight, turned_left)
    world = tmp_path / "turned.world"
    world.write_text(
        f'<sdf version="1.6"><world name="turned"><include><uri>model://sun</uri></include>'
        f"<include><uri>model://ground_plane</uri></include>{inline}</world></sdf>"
    )
    simulator = start_simulator(arenas=2, world=world)
    burger = (MOUNTED, 0.9, 0.0)  # before the camera
    off = Appearance(camera_position_error=(0.2, 0.1, 0.0))
    seen, wanted = simulator.step(
        0,
        resets=[
            Reset(0, burger_pose=burger, appearance=off),
            Reset(1, waffle_pose=(-0.1, 0.2, 0.0), burger_pose=burger),
        ],
    ).frames.astype(int)
    assert (np.abs(seen - wanted) > 3).mean() < 0.002
    simulator.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"camera_position_error": (0.0, 0.6, 0.0)}, "position_error of arena 0 must be from -0.5 to 0.5"),
        ({"camera_angle_error": (0.0, 0.0, -0.9)}, "angle_error of arena 0 must be from -0.8 to 0.8"),
        ({"camera_angle_error": (0.0, math.nan, 0.0)}, "camera_angle_error of arena 0 must be 3 finite"),
        ({"camera_position_error": (0.0, 0.0)}, "camera_position_error of arena 0 must be 3 finite"),
    ],
)
def test_what_no_error_can_be_is_refused(simulator: Simulator, error: dict, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        simulator.step(0, resets=[Reset(0, appearance=Appearance(**error))])
