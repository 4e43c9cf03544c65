from __future__ import annotations

import math

import numpy as np
import pytest

from object_tracker_sim.simulator import RequestError, Reset, Simulator

pytestmark = pytest.mark.integration

STEP = 0.004  # [s] of empty.world
WAFFLE, BURGER = 0, 1


@pytest.fixture(scope="module")
def simulator(start_simulator) -> Simulator:
    return start_simulator(arenas=2)


def still(n: int = 2) -> np.ndarray:
    return np.zeros((n, 2))


def start(simulator: Simulator, **changes):
    """Both arenas at the same start, robots far apart."""
    changes = {"waffle_pose": (0.0, 0.0, 0.0), "burger_pose": (3.5, 0.0, 0.0), **changes}
    return simulator.step(0, resets=[Reset(k, **changes) for k in range(2)])


def yaw(pose: np.ndarray) -> float:
    return 2 * math.atan2(pose[5], pose[6])


def test_describes_itself(simulator: Simulator) -> None:
    description = simulator.description
    assert description.physics_step == STEP
    assert description.horizontal_fov == pytest.approx(1.085595, abs=1e-5)
    assert (description.near_clip, description.far_clip) == (pytest.approx(0.03), 100)
    assert description.gazebo_version.startswith("11.")
    assert simulator.alive()


def test_time_is_exact_and_stands_still_in_a_reset(simulator: Simulator) -> None:
    before = start(simulator).time_ns
    assert simulator.step(1).time_ns == before + 4_000_000
    assert simulator.step(25).time_ns == before + 104_000_000
    assert simulator.step(0, resets=[Reset(0)]).time_ns == before + 104_000_000


def test_drives_straight_at_the_commanded_speed(simulator: Simulator) -> None:
    start(simulator)
    state = simulator.step(250, waffle_command=[[0.2, 0], [-0.1, 0]], burger_command=[[0.1, 0], [0.05, 0]])
    assert state.waffle_pose[:, :3] == pytest.approx(np.array([[0.2, 0, 0], [-0.1, 0, 0]]), abs=1e-12)
    assert state.burger_pose[:, :3] == pytest.approx(np.array([[3.6, 0, 0], [3.55, 0, 0]]), abs=1e-12)
    assert state.waffle_twist[0] == pytest.approx([0.2, 0, 0, 0, 0, 0], abs=1e-12)


def test_drives_a_true_circle(simulator: Simulator) -> None:
    start(simulator)
    v, w = 0.2, 0.8
    state = simulator.step(500, waffle_command=[[v, w]] * 2)
    angle = w * 500 * STEP
    radius = v / w
    expected = [radius * math.sin(angle), radius * (1 - math.cos(angle))]
    assert state.waffle_pose[0, :2] == pytest.approx(expected, abs=2e-6)
    assert yaw(state.waffle_pose[0]) == pytest.approx(angle, abs=1e-5)
    assert state.waffle_twist[0] == pytest.approx([v, 0, 0, 0, 0, w], abs=1e-8)


def test_stays_in_the_plane_exactly(simulator: Simulator) -> None:
    start(simulator)
    for _ in range(20):
        state = simulator.step(25, waffle_command=[[0.26, 1.8]] * 2, burger_command=[[0.2, -2]] * 2)
        for pose in (state.waffle_pose, state.burger_pose):
            assert (pose[:, 2:5] == 0).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_speeds_are_cut_to_the_real_robots_limits(simulator: Simulator, sign: int) -> None:
    start(simulator)
    wild = np.array([[9.0, 9.0]] * 2) * sign
    state = simulator.step(1, waffle_command=wild, burger_command=wild)
    assert state.waffle_twist[0, [0, 5]] == pytest.approx([sign * 0.26, sign * 1.82], abs=1e-9)
    assert state.burger_twist[0, [0, 5]] == pytest.approx([sign * 0.22, sign * 2.84], abs=1e-9)


def test_acceleration_is_limited_where_the_episode_asks(simulator: Simulator) -> None:
    start(simulator)
    simulator.step(0, resets=[Reset(1, burger_pose=(3.5, 0, 0), limit_acceleration=True)])
    command = [[0.2, 1.0]] * 2
    state = simulator.step(5, waffle_command=command, burger_command=command)
    assert state.waffle_twist[0, [0, 5]] == pytest.approx([0.2, 1.0], abs=1e-9)
    # After 5 iterations from rest: 2.5 m/s² and 3.2 rad/s² for 20 ms, but for the turn taken meanwhile.
    assert state.waffle_twist[1, [0, 5]] == pytest.approx([0.05, 0.064], rel=1e-4)
    assert state.burger_twist[1, [0, 5]] == pytest.approx([0.05, 0.064], rel=1e-4)
    state = simulator.step(200)
    assert state.waffle_twist[1, [0, 5]] == pytest.approx([0.2, 1.0], abs=1e-6)
    state = simulator.step(10, waffle_command=still())
    assert state.waffle_twist[1, 0] == pytest.approx(0.1, rel=1e-3)  # 40 ms of braking
    assert state.waffle_twist[0, 0] == 0


def test_commands_are_held_until_the_next_or_a_reset(simulator: Simulator) -> None:
    start(simulator)
    simulator.step(25, waffle_command=[[0.2, 0]] * 2)
    state = simulator.step(25, resets=[Reset(1)])
    assert state.waffle_pose[:, 0] == pytest.approx([0.04, 0], abs=1e-12)
    assert (state.waffle_twist[1] == 0).all()


def test_a_reset_puts_both_robots_where_asked(simulator: Simulator) -> None:
    start(simulator)
    simulator.step(25, waffle_command=[[0.2, 1]] * 2, burger_command=[[0.2, 1]] * 2)
    pose = (1.25, -0.5, 2.0)
    state = simulator.step(0, resets=[Reset(1, waffle_pose=pose, burger_pose=(-1, 2, -3))])
    assert state.waffle_pose[1, :3].tolist() == [1.25, -0.5, 0]
    assert yaw(state.waffle_pose[1]) == pytest.approx(2.0, abs=1e-15)
    assert state.burger_pose[1, :3].tolist() == [-1, 2, 0]
    assert yaw(state.burger_pose[1]) == pytest.approx(-3.0, abs=1e-15)
    assert not state.waffle_twist[1].any()
    assert not state.burger_twist[1].any()
    state = simulator.step(0, resets=[Reset(1)])
    assert state.waffle_pose[1].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert state.burger_pose[1].tolist() == [3.5, 0, 0, 0, 0, 0, 1]


def drive_into_burger(simulator: Simulator, solid: bool):
    start(simulator, burger_pose=(0.5, 0.0, 0.0), solid=solid)
    before = simulator.step(50, waffle_command=[[0.2, 0]] * 2).contacts.copy()
    gaps, contacts = [], []
    for _ in range(20):
        state = simulator.step(25)
        gaps.append(float(state.burger_pose[0, 0] - state.waffle_pose[0, 0]))
        contacts.append(int(state.contacts[0]))
    return before, gaps, contacts


def test_a_burger_that_is_not_solid_is_driven_through_and_contact_reported(simulator: Simulator) -> None:
    before, gaps, contacts = drive_into_burger(simulator, solid=False)
    assert not before.any()
    assert gaps[-1] == pytest.approx(0.5 - 0.2 * 2.2, abs=1e-9)
    # Boxes touch at 0.133 - 0.064 + 0.07 + 0.032 = 0.171 m.
    for gap, contact in zip(gaps, contacts, strict=True):
        assert contact == (1 if gap < 0.171 - 1e-9 else 0)


def test_a_solid_burger_is_pushed_and_contact_reported(simulator: Simulator) -> None:
    _, gaps, contacts = drive_into_burger(simulator, solid=True)
    assert min(gaps) > 0.165
    assert contacts[-1] == 1
    assert contacts[0] == 0


def test_solidity_is_each_arenas_own_choice(simulator: Simulator) -> None:
    start(simulator, burger_pose=(0.5, 0.0, 0.0), solid=True)
    simulator.step(0, resets=[Reset(1, burger_pose=(0.5, 0.0, 0.0), solid=False)])
    state = simulator.step(500, waffle_command=[[0.2, 0]] * 2)
    gaps = state.burger_pose[:, 0] - state.waffle_pose[:, 0]
    assert gaps[0] > 0.165
    assert gaps[1] == pytest.approx(0.1, abs=1e-9)


def test_overlap_at_the_start_is_a_contact(simulator: Simulator) -> None:
    state = start(simulator, burger_pose=(0.1, 0.0, 0.0))
    assert state.contacts.tolist() == [1, 1]
    # Footprints, not circles: side by side, 0.2416 m apart at least.
    assert start(simulator, burger_pose=(0.0, 0.25, 0.0)).contacts.tolist() == [0, 0]
    assert start(simulator, burger_pose=(0.0, 0.24, 0.0)).contacts.tolist() == [1, 1]


def test_a_refused_request_changes_nothing(simulator: Simulator) -> None:
    before = start(simulator)
    time, pose = before.time_ns, before.waffle_pose.copy()
    with pytest.raises(RequestError):
        simulator.step(25, resets=[Reset(0, waffle_pose=(1, 1, 1)), Reset(5)])
    with pytest.raises(RequestError):
        simulator.step(25, waffle_command=[[math.nan, 0]] * 2)
    state = simulator.step(0)
    assert state.time_ns == time
    assert (state.waffle_pose == pose).all()


@pytest.fixture(scope="module")
def room_simulator(start_simulator, room) -> Simulator:
    """A wall ahead and things that can be pushed; physics at Gazebo's default step of 1 ms."""
    simulator = start_simulator(arenas=2, world=room)
    assert simulator.description.physics_step == 0.001
    return simulator


def test_a_wall_stops_both_robots_and_is_reported(room_simulator: Simulator) -> None:
    simulator = room_simulator
    resets = [
        Reset(0, waffle_pose=(1.0, 1.2, 0), burger_pose=(1.0, -1.2, 0)),
        Reset(1, burger_pose=(-1, 0, 0)),
    ]
    assert simulator.step(0, resets=resets).contacts.tolist() == [0, 0]
    forward = [[0.2, 0], [0, 0]]
    simulator.step(3000, waffle_command=forward, burger_command=forward)
    for _ in range(5):
        state = simulator.step(200)
        assert state.contacts.tolist() == [2 | 4, 0]
        # The wall's face is at 1.45; the Waffle's front is 0.069 before its origin, the Burger's 0.038.
        assert state.waffle_pose[0, 0] == pytest.approx(1.45 - 0.069, abs=0.002)
        assert state.burger_pose[0, 0] == pytest.approx(1.45 - 0.038, abs=0.002)
        assert (state.waffle_pose[0, 2:5] == 0).all()
        assert (state.burger_pose[0, 2:5] == 0).all()
    state = simulator.step(1000, waffle_command=[[-0.2, 0]] * 2, burger_command=[[-0.2, 0]] * 2)
    assert state.waffle_pose[0, 0] == pytest.approx(1.45 - 0.069 - 0.2, abs=0.003)
    assert simulator.step(10).contacts.tolist() == [0, 0]


def test_each_arena_has_its_own_box(room_simulator: Simulator) -> None:
    simulator = room_simulator

    def view() -> np.ndarray:
        resets = [Reset(k, waffle_pose=(-0.5, 0, 0), burger_pose=(-2, 0, 0)) for k in range(2)]
        return simulator.step(0, resets=resets).frames.copy()

    first = view()
    assert (first[0] == first[1]).all()
    # Arena 0 pushes its box away, arena 1 does not.
    simulator.step(0, resets=[Reset(0, waffle_pose=(0.2, 0.05, 0.3), burger_pose=(-2, 0, 0))])
    state = simulator.step(2000, waffle_command=[[0.2, 0], [0, 0]])
    assert state.contacts.tolist() == [2, 0]
    x, y = state.waffle_pose[0, :2].tolist()
    frames = simulator.step(0, resets=[Reset(1, waffle_pose=(x, y, yaw(state.waffle_pose[0])))]).frames
    assert (frames[0] != frames[1]).any(), "the box of arena 1 is where it was"
    assert (view() == first).all(), "a reset puts the box back"
