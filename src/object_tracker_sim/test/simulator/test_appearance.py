"""How an arena looks is the episode's choice, and nobody else's affair."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from object_tracker_sim.simulator import Appearance, RequestError, Reset, Simulator
from object_tracker_sim.simulator.types import Triple

pytestmark = pytest.mark.integration

AHEAD = (0.6, 0.0, 0.0)  # the Burger, in the middle of the picture
GROUND = (slice(100, 120), slice(40, 120))
BURGER = (slice(52, 66), slice(76, 84))
SKY = (slice(0, 20), slice(None))


@pytest.fixture(scope="module")
def simulator(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(arenas=3)


def frames(simulator: Simulator, *looks: Appearance | None) -> np.ndarray:
    """Return the frames of episodes that begin with these looks."""
    resets = [Reset(k, burger_pose=AHEAD, appearance=look) for k, look in enumerate(looks)]
    return simulator.step(0, resets=resets).frames.astype(int)


def test_each_arena_has_its_own(simulator: Simulator) -> None:
    plain = frames(simulator, None, None, None)
    assert (plain == plain[0]).all()
    red = Appearance(ground_colour=(0.9, 0.1, 0.1), ambient=(0.5, 0.5, 0.5))
    blue = Appearance(burger_colour=(0.0, 0.0, 1.0))
    mixed = frames(simulator, red, None, blue)
    assert (mixed[1] == plain[1]).all()
    red_ground, plain_ground = mixed[0][GROUND].mean((0, 1)), plain[0][GROUND].mean((0, 1))
    assert red_ground[0] > plain_ground[0]
    assert red_ground[1] < 0.5 * plain_ground[1]
    assert (mixed[2][GROUND] == plain[2][GROUND]).all()
    assert mixed[2][BURGER][..., 2].mean() > plain[2][BURGER][..., 2].mean() + 20
    assert (frames(simulator, None, None, None) == plain).all()


def test_light(simulator: Simulator) -> None:
    dark = Appearance(sun_strength=0.0, ambient=(0.0, 0.0, 0.0))
    low = Appearance(sun_direction=(0.9, 0.0, -0.3))
    bright = Appearance(sun_direction=(0.0, 0.0, -1.0), sun_strength=1.2)
    night, evening, noon = (frame[GROUND].mean() for frame in frames(simulator, dark, low, bright))
    assert night == 0.0
    assert night < evening < noon


def test_background(simulator: Simulator) -> None:
    plain = frames(simulator, None, None, None)
    green = frames(simulator, None, Appearance(background_colour=(0.2, 0.6, 0.4)), None)
    assert (green[1][SKY] == (51, 153, 102)).all()
    assert (green[1][GROUND] == plain[1][GROUND]).all()
    assert (green[[0, 2]] == plain[[0, 2]]).all()
    assert (simulator.step(25).frames[1][SKY] == (51, 153, 102)).all(), "it lasts for the episode"
    assert (frames(simulator, None, None, None) == plain).all()


def test_a_look_lasts_for_the_episode(simulator: Simulator) -> None:
    look = Appearance(ground_colour=(0.1, 0.8, 0.1))
    first = frames(simulator, look, None, None)[0][GROUND].mean((0, 1))
    later = simulator.step(25).frames[0][GROUND].mean((0, 1))
    np.testing.assert_allclose(first, later, atol=1.0)
    simulator.step(0, resets=[Reset(1, appearance=Appearance(ground_colour=(0.9, 0.0, 0.0)))])
    np.testing.assert_allclose(simulator.step(25).frames[0][GROUND].mean((0, 1)), first, atol=1.0)


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (Appearance(sun_strength=math.inf), "sun_strength"),
        (Appearance(sun_strength=-1.0), "sun_strength"),
        (Appearance(ambient=(0.0, 2.0, 0.0)), "ambient"),
        (Appearance(ground_colour=(0.0, math.nan, 0.0)), "ground_colour"),
        (Appearance(burger_colour=(0.0, 0.0)), "burger_colour"),  # type: ignore[arg-type]
        (Appearance(sun_direction=(0.0, 0.0, 1.0)), "point down"),
        (Appearance(background_colour=(0.0, -0.1, 0.0)), "background_colour"),
        (Appearance(surroundings_low=(0.0, 0.0, 0.0)), "together"),
        (Appearance(surroundings_low=(0.0, 0.6, 0.0), surroundings_high=(1.0, 0.5, 1.0)), "be up to"),
        (Appearance(surroundings_low=(0.0, 0.0, 0.0), surroundings_high=(1.0, 1.1, 1.0)), "from 0 to 1"),
        (Appearance(surroundings_seed=2**64), "surroundings_seed"),
    ],
)
def test_what_no_look_can_be_is_refused(simulator: Simulator, look: Appearance, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        simulator.step(0, resets=[Reset(0, appearance=look)])
    simulator.step(1)


@pytest.mark.parametrize("world", ["arena", "textured"])
def test_our_worlds_show_the_burger(start_simulator: Callable[..., Simulator], world: str) -> None:
    simulator = start_simulator(arenas=2, world=world)
    away = simulator.step(0, resets=[Reset(k, burger_pose=(-1.0, 0.0, 0.0)) for k in range(2)]).frames.astype(
        int
    )
    near = frames(simulator, None, None)
    assert (near[0] == near[1]).all()
    assert np.abs(near - away)[0][BURGER].mean() > 30
    simulator.close()


@pytest.fixture(scope="module")
def blocks(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(arenas=2, world=Path(__file__).parent / "worlds" / "blocks.world")


COLUMNS = (13, 40, 67, 93, 120, 147)  # [pixel] of the blocks' middles
MOVABLE = 5
FLAT = (0, 1, 2)
LOW, HIGH = (0.2, 0.0, 0.5), (0.9, 1.0, 1.0)


def of_blocks(simulator: Simulator, *looks: Appearance | None) -> np.ndarray:
    """Return the colours of the blocks, 0 to 1. Shape: (arenas, blocks, height, width, 3)."""
    resets = [Reset(k, burger_pose=(-1.0, 0.0, 0.0), appearance=look) for k, look in enumerate(looks)]
    images = simulator.step(0, resets=resets).frames / 255.0
    return np.stack([images[:, 46:58, column - 4 : column + 4] for column in COLUMNS], axis=1)


def in_white_light(low: Triple, high: Triple, seed: int) -> Appearance:
    """Return a look in which things have exactly the colours of their materials."""
    return Appearance(
        sun_strength=0.0,
        ambient=(1.0, 1.0, 1.0),
        surroundings_low=low,
        surroundings_high=high,
        surroundings_seed=seed,
    )


def as_documented(seed: int, visual: int) -> list[float]:
    """Return the colour of a visual between LOW and HIGH, as ArenaAppearance.msg has it."""
    colour = []
    for part in range(3):
        z = (seed + (3 * visual + part + 1) * 0x9E3779B97F4A7C15) % 2**64
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        u = ((z ^ (z >> 31)) >> 11) / 2**53
        colour.append(LOW[part] + (HIGH[part] - LOW[part]) * u)
    return colour


def test_surroundings(blocks: Simulator) -> None:
    plain = of_blocks(blocks, None, None)
    assert (plain[:, 1:3] == plain[:, [MOVABLE]]).all(), "a copy of a material looks as what it is a copy of"
    white = of_blocks(blocks, *[in_white_light((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 0)] * 2)
    assert white[0, FLAT, ...].min() > 0.99
    assert np.ptp(white[0, 3], axis=(0, 1)).max() > 0.05, "wood has a grain"
    seeds = (7, 2**64 - 1)
    coloured = of_blocks(blocks, *[in_white_light(LOW, HIGH, seed) for seed in seeds])
    for arena, seed in enumerate(seeds):
        for visual in range(MOVABLE):
            wanted = white[arena, visual] * as_documented(seed, visual)
            np.testing.assert_allclose(coloured[arena, visual], wanted, atol=0.006)
        assert (coloured[arena, MOVABLE] == white[arena, MOVABLE]).all(), "what can be moved keeps its looks"
    assert (of_blocks(blocks, None, in_white_light(LOW, HIGH, 7))[0] == plain[0]).all()
    assert (of_blocks(blocks, None, None) == plain).all()


def test_a_decoy_is_coloured_as_the_burger_is(start_simulator: Callable[..., Simulator]) -> None:
    simulator = start_simulator(arenas=2, world="arena")
    before_it = (1.4, 3.1, math.pi / 2)  # the decoy stands at (1.4, 3.6)

    def looked_at(*looks: Appearance | None) -> np.ndarray:
        resets = [Reset(k, waffle_pose=before_it, appearance=look) for k, look in enumerate(looks)]
        return simulator.step(0, resets=resets).frames.astype(int)

    plain = looked_at(None, None)
    walls = {"surroundings_low": (1.0, 1.0, 1.0), "surroundings_high": (1.0, 1.0, 1.0)}
    white, red = looked_at(Appearance(**walls), Appearance(burger_colour=(1.0, 0.0, 0.0), **walls))
    changed = np.abs(red - white).max(axis=-1) > 20
    assert changed.any()
    assert (red[changed][:, 0] > white[changed][:, 0]).mean() > 0.9
    assert white[changed].mean() == pytest.approx(plain[0][changed].mean(), abs=10), "surroundings it is not"
    assert (looked_at(None, None) == plain).all()
    simulator.close()
