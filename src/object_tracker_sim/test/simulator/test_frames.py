from __future__ import annotations

import math

import numpy as np
import pytest

from object_tracker_sim.simulator import Reset, Simulator

pytestmark = pytest.mark.integration

HEIGHT, WIDTH = 120, 160


@pytest.fixture(scope="module")
def simulator(start_simulator) -> Simulator:
    return start_simulator(arenas=3)


def start(simulator: Simulator, **changes) -> np.ndarray:
    """All arenas at the same start; return their frames."""
    changes = {"waffle_pose": (0.0, 0.0, 0.0), "burger_pose": (1.0, 0.0, 0.0), **changes}
    return simulator.step(0, resets=[Reset(k, **changes) for k in range(3)]).frames


def dark(frame: np.ndarray) -> np.ndarray:
    """Where the picture is as dark as only a robot is: (rows, columns)."""
    return np.argwhere(frame.max(axis=2) < 90)


def test_a_picture_looks_right(simulator: Simulator) -> None:
    frame = start(simulator)[0]
    assert frame.shape == (HEIGHT, WIDTH, 3)
    sky, ground = frame[5, 80].astype(int), frame[115, 80].astype(int)
    assert sky[2] > sky[0] + 20, "the sky is blue: red and blue are not swapped"
    assert ground[0] > ground[2] + 5, "the ground is a warm grey"
    # The horizon of a level camera is the middle row.
    assert (frame[HEIGHT // 2 - 4 : HEIGHT // 2 - 2, 0] == sky).all()
    assert abs(frame[HEIGHT // 2 + 4, 0].astype(int) - ground).max() < 12


def test_the_burger_is_where_the_geometry_says(simulator: Simulator) -> None:
    # Angles and sizes from a pinhole camera at 0.076 m before the Waffle's origin, 0.103 m up.
    focal = WIDTH / 2 / math.tan(1.085595 / 2)
    frame = start(simulator, burger_pose=(1.0, 0.2, 0.0))[0]
    rows, columns = dark(frame).T
    rear = 1.0 - 0.032 - 0.069 - 0.076  # distance of its rear plates
    assert rows.max() == pytest.approx(60 + focal * 0.103 / (1.0 - 0.033 - 0.076), abs=2.5)
    assert rows.min() == pytest.approx(60 - focal * (0.192 - 0.103) / (1.0 - 0.032 - 0.076), abs=2.5)
    # y to the left: 0.2 m left of the middle, between the outsides of its wheels.
    assert columns.min() == pytest.approx(80 - focal * 0.289 / (rear + 0.1), abs=3)
    assert columns.max() == pytest.approx(80 - focal * 0.111 / (rear + 0.1), abs=3)


def test_the_waffle_does_not_see_itself(simulator: Simulator) -> None:
    frame = start(simulator, burger_pose=(-5.0, 0.0, 0.0))[0]
    assert len(dark(frame)) == 0
    assert len(np.unique(frame[:40].reshape(-1, 3), axis=0)) == 1


def test_turned_by_90_degrees_in_one_step_the_frame_of_the_same_reply_shows_it(simulator: Simulator) -> None:
    before = start(simulator)[0].copy()
    assert len(dark(before)) > 100
    speed = 1.8
    iterations = round(math.pi / 2 / speed / 0.004)
    state = simulator.step(iterations, waffle_command=[[0, speed]] * 3)
    after = state.frames[0].copy()
    yaw = 2 * math.atan2(state.waffle_pose[0, 5], state.waffle_pose[0, 6])
    assert yaw == pytest.approx(math.pi / 2, abs=0.01)
    assert len(dark(after)) == 0, "the Burger is out of sight"
    # And it is the picture of a Waffle that was put there.
    put = start(simulator, waffle_pose=(0, 0, yaw))[0].astype(int)
    assert abs(put - after).max() <= 1


def test_a_reset_with_a_yaw_is_seen_at_once(simulator: Simulator) -> None:
    assert len(dark(start(simulator, waffle_pose=(0, 0, math.pi / 2))[0])) == 0
    assert len(dark(start(simulator, waffle_pose=(1.0, 1.0, -math.pi / 2))[0])) > 100


def test_a_pure_reset_leaves_the_other_arenas_frames_as_they_are(simulator: Simulator) -> None:
    start(simulator)
    before = simulator.step(25, waffle_command=[[0.2, 0.3]] * 3).frames.copy()
    frames = simulator.step(0, resets=[Reset(1, burger_pose=(0.5, 0, 0))]).frames
    assert (frames[[0, 2]] == before[[0, 2]]).all()
    assert (frames[1] != before[1]).any()


def test_without_render_frames_stay_until_the_next_rendering(simulator: Simulator) -> None:
    before = start(simulator).copy()
    frames = simulator.step(100, waffle_command=[[0.2, 0.3]] * 3, render=False).frames
    assert (frames == before).all()
    late = simulator.step(0).frames.copy()
    assert (late != before).any(axis=(1, 2, 3)).all()
    start(simulator)
    assert (simulator.step(100, waffle_command=[[0.2, 0.3]] * 3).frames == late).all()


def test_no_arena_sees_another(simulator: Simulator) -> None:
    alone = start(simulator, burger_pose=(-5.0, 0.0, 0.0))[1].copy()
    resets = [Reset(0, waffle_pose=(0.6, 0, 0)), Reset(2, burger_pose=(0.4, 0, 0))]
    frames = simulator.step(0, resets=resets).frames
    assert (frames[1] == alone).all()


def test_another_image_size(start_simulator) -> None:
    simulator = start_simulator(arenas=1, image_height=48, image_width=96)
    frame = simulator.step(25).frames[0]
    assert frame.shape == (48, 96, 3)
    assert frame[0, 0, 2] > frame[0, 0, 0], "blue above"
    assert frame[47, 95, 0] > frame[47, 95, 2], "ground below"
    simulator.close()
