"""How an arena looks is the episode's choice, and nobody else's affair."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from object_tracker_sim.simulator import Appearance, RequestError, Reset, Simulator

pytestmark = pytest.mark.integration

AHEAD = (0.6, 0.0, 0.0)  # the Burger, in the middle of the picture
GROUND = (slice(100, 120), slice(40, 120))
BURGER = (slice(52, 66), slice(76, 84))


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
