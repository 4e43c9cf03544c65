"""When simulated time moves in realtime mode."""

from __future__ import annotations

import pytest

from object_tracker_sim.world.pacing import LARGEST_LAG, LONGEST_TICK, Pacer


def run(pacer: Pacer, seconds: float) -> tuple[int, list[int], float]:
    """Follow `pacer` exactly for `seconds` of wall clock from 0.

    Returns the iterations done, those at which the camera looked, and the longest time between two ticks.
    """
    done, images, now, longest = 0, [], 0.0, 0.0
    while pacer.deadline() <= seconds + 1e-9:
        tick = pacer.next()
        assert tick.iterations >= 1
        longest = max(longest, pacer.deadline() - now)
        now = pacer.deadline()
        done += tick.iterations
        if tick.image:
            images.append(done)
        pacer.advance(tick, now)
    return done, images, longest


@pytest.mark.parametrize("factor", [0.1, 1.0, 5.0])
def test_simulated_time_follows_the_wall_clock(factor: float) -> None:
    done, _, longest = run(Pacer(0.004, 30.0, factor, 0.0), 10.0)
    # All but what is under way when the 10 s end.
    assert 10.0 * factor - LONGEST_TICK * factor - 0.004 < done * 0.004 <= 10.0 * factor + 1e-9
    assert longest <= max(LONGEST_TICK, 0.004 / factor) + 1e-9


@pytest.mark.parametrize("rate", [1.0, 15.0, 30.0, 60.0, 250.0])
def test_images_come_at_their_rate_and_nearest_instants(rate: float) -> None:
    _, images, _ = run(Pacer(0.004, rate, 1.0, 0.0), 10.0)
    assert len(images) == pytest.approx(10.0 * rate, abs=1)
    for number, iteration in enumerate(images, start=1):
        assert iteration * 0.004 == pytest.approx(number / rate, abs=0.002 + 1e-9)


def test_a_rate_beyond_physics_gives_one_image_per_iteration() -> None:
    done, images, _ = run(Pacer(0.004, 1000.0, 1.0, 0.0), 1.0)
    assert images == list(range(1, done + 1))
    assert done == 250


def test_a_small_delay_is_made_up_for() -> None:
    pacer = Pacer(0.004, 30.0, 1.0, 0.0)
    pacer.advance(pacer.next(), LARGEST_LAG / 2)
    assert pacer.deadline() < LARGEST_LAG / 2
    assert pacer.lost == 0.0


def test_a_large_one_is_given_up() -> None:
    pacer = Pacer(0.004, 30.0, 1.0, 0.0)
    pacer.advance(pacer.next(), 5.0)
    assert pacer.deadline() == pytest.approx(5.0 + pacer.next().iterations * 0.004)
    assert pacer.lost == pytest.approx(5.0 - 0.032)
