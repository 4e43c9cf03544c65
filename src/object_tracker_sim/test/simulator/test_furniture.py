"""Furniture that is away from an arena cannot be seen or run into there, and is there for all others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from object_tracker_sim.simulator import Appearance, RequestError, Reset, Simulator

from .splitmix import uniform

pytestmark = pytest.mark.integration

WORLD = Path(__file__).parent / "worlds" / "furnished.world"
PIECES = 8
POST = 7
CURTAIN = 6
ROW = range(7)  # the pieces ahead of the Waffle
ELSEWHERE = (-3.0, 3.0, 0.0)  # a place for the robot that does not matter
WAFFLE_WORLD, BURGER_WORLD = 2, 4


@pytest.fixture(scope="module")
def simulator(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(arenas=2, world=WORLD)


def furnished(share: float | None, seed: int = 0) -> Appearance:
    return Appearance(furniture=share, furniture_seed=seed)


NONE = furnished(0.0)


def there(share: float, seed: int) -> set[int]:
    """Return the pieces that are there, as ArenaAppearance.msg says."""
    return {piece for piece in range(PIECES) if uniform(seed, piece) < share}


def only(*pieces: int) -> Appearance:
    """Return a look with these pieces."""
    share = 0.1 if len(pieces) < 2 else 0.5
    return furnished(share, next(seed for seed in range(10**6) if there(share, seed) == set(pieces)))


def frames(simulator: Simulator, *looks: Appearance | None) -> np.ndarray:
    resets = [Reset(k, burger_pose=ELSEWHERE, appearance=look) for k, look in enumerate(looks)]
    return simulator.step(0, resets=resets).frames.astype(int)


def drive(
    simulator: Simulator, looks: Iterable[Appearance | None], *, robot: str = "waffle", solid: bool = False
) -> tuple[list[float], list[int]]:
    """Let the robot drive at the post in each arena. Return how far it came [m], and all contact bits."""
    start, other = (0.0, 0.0, math.pi), "burger" if robot == "waffle" else "waffle"
    resets = [
        Reset(k, solid=solid, appearance=look, **{f"{robot}_pose": start, f"{other}_pose": ELSEWHERE})
        for k, look in enumerate(looks)
    ]
    simulator.step(0, resets=resets)
    contacts = np.zeros(len(resets), np.uint8)
    command = np.tile((0.2, 0.0), (len(resets), 1))
    for _ in range(50):
        state = simulator.step(50, render=False, **{f"{robot}_command": command})
        contacts |= state.contacts
    return (-getattr(state, f"{robot}_pose")[:, 0]).tolist(), contacts.tolist()


def test_a_piece_is_away_from_one_arena_alone(simulator: Simulator) -> None:
    plain = frames(simulator, None, None)
    assert (plain[0] == plain[1]).all()
    for arena in range(2):
        looks = [NONE if k == arena else None for k in range(2)]
        seen = frames(simulator, *looks)
        assert (seen[1 - arena] == plain[0]).all()
        assert (np.abs(seen[arena] - plain[0]).max(axis=-1) > 20).mean() > 0.1
        assert (simulator.step(25).frames == seen).all(), "it stays so, and nothing moves"
    assert (frames(simulator, None, None) == plain).all(), "a reset brings it back"
    assert (frames(simulator, furnished(1.0, 3), Appearance()) == plain).all()


def test_which_pieces(simulator: Simulator) -> None:
    """Each is where its own pixels are."""
    plain, none = frames(simulator, None, NONE)
    where = [np.abs(frames(simulator, only(piece), NONE)[0] - none).max(axis=-1) > 0 for piece in ROW]
    assert all(area.sum() > 300 for area in where)
    assert (np.sum(where, axis=0) <= 1).all(), "they do not hide one another"
    assert (frames(simulator, only(POST), NONE)[0] == none).all(), "it is behind"
    for share, seeds in ((0.3, (1, 2)), (0.5, (2**64 - 1, 77)), (0.9, (5, 6))):
        seen = frames(simulator, *[furnished(share, seed) for seed in seeds])
        for picture, seed in zip(seen, seeds, strict=True):
            wanted = none.copy()
            for piece in there(share, seed) & set(ROW):
                wanted[where[piece]] = plain[where[piece]]
            assert (picture == wanted).all(), f"{there(share, seed)} of seed {seed}"


@pytest.mark.parametrize(
    "sight",
    [(2.5, 0.0, 0.0), (2.5, 2.5, 0.0), (0.0, 1.5, math.pi / 2), (0.0, -2.5, -math.pi / 2)],
    ids=["banner", "wall", "crate", "kerb"],
)
def test_what_is_no_furniture_stays(simulator: Simulator, sight: tuple[float, float, float]) -> None:
    """What is wide, and what can be pushed; and the ground under it."""
    resets = [
        Reset(k, waffle_pose=sight, burger_pose=ELSEWHERE, appearance=look)
        for k, look in enumerate((None, NONE))
    ]
    seen = simulator.step(0, resets=resets).frames
    assert (seen[0] == seen[1]).all()
    assert np.ptp(seen[0].astype(int), axis=(0, 1)).max() > 50, "there is something to see"


def test_a_wall_stops_where_nothing_else_is(simulator: Simulator) -> None:
    resets = [Reset(k, waffle_pose=(3.5, 0.0, 0.0), appearance=NONE) for k in range(2)]
    simulator.step(0, resets=resets)
    state = simulator.step(1000, waffle_command=np.tile((0.2, 0.0), (2, 1)))
    assert (state.contacts & WAFFLE_WORLD).all()
    assert (state.waffle_pose[:, 0] < 3.95).all()
    assert (np.abs(state.waffle_pose[:, 2]) < 0.02).all(), "and the ground is there"


@pytest.mark.parametrize("solid", [False, True])
@pytest.mark.parametrize(("robot", "bit"), [("waffle", WAFFLE_WORLD), ("burger", BURGER_WORLD)])
def test_one_drives_through_what_is_away(simulator: Simulator, robot: str, bit: int, solid: bool) -> None:
    stopped, through = 0.9, pytest.approx(2.0, abs=0.01)
    for away in range(2):
        looks = [NONE if k == away else None for k in range(2)]
        far, contacts = drive(simulator, looks, robot=robot, solid=solid)
        assert far[away] == through
        assert contacts[away] == 0
        assert far[1 - away] < stopped
        assert contacts[1 - away] == bit
    far, contacts = drive(simulator, [furnished(1.0, 4), only(POST)], robot=robot, solid=solid)
    assert max(far) < stopped, "a reset brings it back"
    assert contacts == [bit] * 2


def test_what_its_author_wanted_driven_through_never_stops_anybody(simulator: Simulator) -> None:
    for looks in ((only(CURTAIN), None), (NONE, NONE), (None, only(CURTAIN))):
        resets = [
            Reset(k, waffle_pose=(1.5, -0.9, 0.0), burger_pose=ELSEWHERE, appearance=look)
            for k, look in enumerate(looks)
        ]
        simulator.step(0, resets=resets)
        state = simulator.step(1250, waffle_command=np.tile((0.2, 0.0), (2, 1)))
        np.testing.assert_allclose(state.waffle_pose[:, 0], 2.5, atol=0.01)
        assert not state.contacts.any()


def test_away_from_all_and_back(start_simulator: Callable[..., Simulator]) -> None:
    simulator = start_simulator(arenas=16, world=WORLD)
    plain = frames(simulator, *[None] * 16)
    none = frames(simulator, *[NONE] * 16)
    assert (none == none[0]).all()
    assert (none[0] != plain[0]).any()
    assert drive(simulator, [NONE] * 16)[1] == [0] * 16
    looks = [None if k in (0, 15) else NONE for k in range(16)]
    assert drive(simulator, looks)[1] == [2 if k in (0, 15) else 0 for k in range(16)]
    seen = frames(simulator, *looks)
    assert all((seen[k] == (plain if k in (0, 15) else none)[k]).all() for k in range(16))
    simulator.close()


def test_the_same_seed_is_the_same_room_in_any_arena(start_simulator: Callable[..., Simulator]) -> None:
    """In the room of follow_hard, the other arenas having others, its walls and ground in all of them."""
    simulator = start_simulator(arenas=6, world="arena")
    noise = np.random.default_rng(0)
    turns = [k * math.pi / 4 for k in range(8)]

    def sights(arena: int, seed: int) -> list[bytes]:
        found = []
        for yaw in turns:
            looks = [furnished(float(noise.random()), int(noise.integers(2**63))) for _ in range(6)]
            looks[arena] = furnished(0.5, seed)
            resets = [Reset(k, waffle_pose=(0.0, 0.0, yaw), appearance=look) for k, look in enumerate(looks)]
            found.append(simulator.step(0, resets=resets).frames[arena].tobytes())
        return found

    first, last = sights(0, 8), sights(5, 8)
    assert first == last
    assert sights(5, 9) != last
    simulator.close()


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (furnished(1.5), "furniture of arena 0 must be from 0 to 1, not 1.5"),
        (furnished(-0.1), "furniture of arena 0 must be from 0 to 1"),
        (furnished(math.nan), "furniture of arena 0 must be 1 finite"),
        (furnished(0.5, 2**64), "furniture_seed of arena 0"),
    ],
)
def test_what_no_share_can_be_is_refused(simulator: Simulator, look: Appearance, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        simulator.step(0, resets=[Reset(0, appearance=look)])
    simulator.step(1)
