"""Same start and commands, same bits, where it is hardest: much that touches at once, in up to 16 arenas."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from object_tracker_sim.simulator import Reset, Simulator

pytestmark = pytest.mark.integration

WORKSHOP = Path(__file__).parent / "worlds" / "workshop.world"
STEPS = 20
ITERATIONS = 50  # 0.1 s


def play(simulator: Simulator, arenas: Sequence[int], others: int, *, quiet: bool = False) -> list[str]:
    """Let the Waffle of each of `arenas` push its Burger, a pile, a row of cylinders and a door.

    The other arenas push as well, each in its own way, which the seed `others` decides, and some are started
    anew in between; `quiet`: they rest. Returns the hash of what happened in each of `arenas`.
    """
    n = simulator.settings.arenas
    rest = sorted(set(range(n)) - set(arenas))
    rng, noise = np.random.default_rng(1), np.random.default_rng(others)
    start = ((0.0, 0.02, 0.03), (0.2, -0.24, 0.9))
    starts = [Reset(k, 3, *start, solid=True, limit_acceleration=True) for k in arenas]
    for k in rest:
        waffle = (float(noise.uniform(0.0, 0.15)), float(noise.uniform(-0.1, 0.1)), 0.0)
        starts.append(Reset(k, 4, waffle, (0.25, 0.3, 0.0), solid=bool(k % 2)))
    state = simulator.step(0, resets=[starts[k] for k in noise.permutation(n)])
    begin, digests = state.time_ns, [hashlib.sha256() for _ in arenas]
    touched = np.zeros(n, np.uint8)
    for step in range(STEPS):
        waffle = noise.uniform((0.1, -0.4), (0.26, 0.4), (n, 2)) * (not quiet)
        burger = noise.uniform(-0.2, 0.2, (n, 2)) * (not quiet)
        waffle[list(arenas)] = rng.uniform((0.2, -0.25), (0.26, 0.25))
        burger[list(arenas)] = rng.uniform((0.05, -0.5), (0.2, 0.5))
        again = rest[step % len(rest) :][:1] if step % 7 == 3 and not quiet and rest else []
        state = simulator.step(
            ITERATIONS,
            resets=[Reset(k, 1, (0.1, 0.0, 0.1)) for k in again],
            waffle_command=waffle,
            burger_command=burger,
        )
        touched |= state.contacts
        for k, digest in zip(arenas, digests, strict=True):
            digest.update((state.time_ns - begin).to_bytes(8, "little"))
            for values in (
                state.frames,
                state.waffle_pose,
                state.waffle_twist,
                state.burger_pose,
                state.burger_twist,
                state.contacts,
            ):
                digest.update(np.ascontiguousarray(values[k]).tobytes())
    assert (touched[list(arenas)] & 3 == 3).all(), "Burger and world were not both touched: too easy"
    return [digest.hexdigest() for digest in digests]


def test_every_arena_of_sixteen_is_as_alone(start_simulator) -> None:
    alone = start_simulator(arenas=1, world=WORKSHOP)
    (expected,) = play(alone, [0], 0)
    assert play(alone, [0], 1) == [expected], "after itself"
    alone.close()
    many = start_simulator(arenas=16, world=WORKSHOP)
    assert play(many, range(0, 16, 2), 2) == [expected] * 8
    assert play(many, range(1, 16, 2), 3) == [expected] * 8
    assert play(many, [0], 4, quiet=True) == [expected], "the others at rest"
    many.close()
