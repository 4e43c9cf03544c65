"""How an arena looks is the episode's choice, and nobody else's affair."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from object_tracker_sim.simulator import Appearance, RequestError, Reset, Simulator
from object_tracker_sim.simulator.types import Triple

from .splitmix import uniform

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
        (Appearance(patterns=1.5), "patterns of arena 0 must be from 0 to 1, not 1.5"),
        (Appearance(patterns=math.nan), "patterns of arena 0 must be 1 finite"),
        (Appearance(patterns_seed=-1), "patterns_seed"),
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
CHECKER = 15  # the number of a pattern of strong contrast
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
    """Return the colour of a visual between LOW and HIGH."""
    return [LOW[part] + (HIGH[part] - LOW[part]) * uniform(seed, 3 * visual + part) for part in range(3)]


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


def with_patterns(share: float | None, seed: int = 0, *, coloured: bool = False) -> Appearance:
    """Return a look in which patterns have their own colours, or those of LOW .. HIGH."""
    low, high = (LOW, HIGH) if coloured else ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    white = in_white_light(low, high, 3)
    return replace(white, ground_colour=(1.0, 1.0, 1.0), patterns=share, patterns_seed=seed)


def everything(simulator: Simulator, *looks: Appearance | None) -> np.ndarray:
    """Return the ground and the blocks. Shape: (arenas, 1 + blocks, height, width, 3)."""
    blocks = of_blocks(simulator, *looks)
    ground = simulator.step(0).frames[:, 92:104, 76:84] / 255.0
    return np.concatenate([ground[:, None], blocks], axis=1)


def differs(one: np.ndarray, other: np.ndarray) -> list[bool]:
    return (one != other).any(axis=(1, 2, 3)).tolist()


def test_patterns(blocks: Simulator) -> None:
    plain = everything(blocks, None, None)
    white = everything(blocks, *[with_patterns(None)] * 2)
    all_of_them, none = everything(blocks, with_patterns(1.0, 5), with_patterns(0.0, 5))
    assert (none == white[0]).all()
    assert differs(all_of_them, none) == [True] * 6 + [False], "but what can be moved"
    assert (np.ptp(all_of_them[:6], axis=(1, 2)).max(axis=-1) > 0.02).sum() >= 4, "patterns, not colours"
    assert all_of_them.min() >= 0.24

    again, other = everything(blocks, with_patterns(1.0, 5), with_patterns(1.0, 6))
    assert (again == all_of_them).all()
    assert differs(other, again) == [True] * 6 + [False]
    assert (everything(blocks, None, with_patterns(1.0, 6))[0] == plain[0]).all()
    assert (everything(blocks, None, None) == plain).all()


def test_patterns_are_tinted(blocks: Simulator) -> None:
    white, coloured = everything(blocks, with_patterns(1.0, 5), with_patterns(1.0, 5, coloured=True))
    for visual in range(MOVABLE):
        wanted = white[1 + visual] * as_documented(3, visual)
        np.testing.assert_allclose(coloured[1 + visual], wanted, atol=0.006)
    assert (coloured[0] == white[0]).all(), "the ground has its own"


def test_a_share_has_patterns(blocks: Simulator) -> None:
    white = everything(blocks, *[with_patterns(None)] * 2)[0]
    for seeds in ((1, 2), (3, 2**64 - 1)):
        found = everything(blocks, *[with_patterns(0.4, seed) for seed in seeds])
        for picture, seed in zip(found, seeds, strict=True):
            assert differs(picture, white)[:-1] == [uniform(seed, 4 * visual) < 0.4 for visual in range(6)]


def test_far_patterns_are_smooth(blocks: Simulator) -> None:
    """A checkered ground is sharp before the camera; what is small in the picture is averaged."""
    seed = next(
        k for k in range(10_000) if int(40 * uniform(k, 1)) == CHECKER and 0.1 < uniform(k, 2) < 0.3
    )  # 0.5 to 0.8 m
    blocks.step(0, resets=[Reset(0, waffle_pose=(0, 0, math.pi), appearance=with_patterns(1.0, seed))])
    rows = blocks.step(1).frames[0].astype(float).std(axis=1).mean(axis=-1)
    assert rows[90:].max() > 40
    assert rows[61:64].max() < 10


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
