"""Same start and commands, same bits, where it is hardest: much that touches at once, in up to 16 arenas."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from object_tracker_sim.simulator import Reset, Simulator

pytestmark = pytest.mark.integration

WORKSHOP = Path(__file__).parent / "worlds" / "workshop.world"
STEPS = 20
ITERATIONS = 50  # 0.1 s


def play(simulator: Simulator, arena: int, others: int, *, quiet: bool = False) -> str:
    """Let `arena`'s Waffle push its Burger, a pile, a row of cylinders and a door; return the hash of it.

    The other arenas push as well, each in its own way, which the seed `others` decides, and some are started
    anew in between; `quiet`: they rest.
    """
    n = simulator.settings.arenas
    rng, noise = np.random.default_rng(1), np.random.default_rng(others)
    episode = Reset(arena, 3, (0.0, 0.02, 0.03), (0.25, -0.05, 0.5), solid=True, limit_acceleration=True)
    rest = []
    for k in set(range(n)) - {arena}:
        waffle = (float(noise.uniform(0.0, 0.15)), float(noise.uniform(-0.1, 0.1)), 0.0)
        rest.append(Reset(k, 4, waffle, (0.25, 0.3, 0.0), solid=bool(k % 2)))
    state = simulator.step(0, resets=[episode, *rest] if others % 2 else [*rest, episode])
    begin, touched, digest = state.time_ns, 0, hashlib.sha256()
    for step in range(STEPS):
        waffle = noise.uniform((0.1, -0.4), (0.26, 0.4), (n, 2)) * (not quiet)
        burger = noise.uniform(-0.2, 0.2, (n, 2)) * (not quiet)
        waffle[arena] = rng.uniform((0.2, -0.25), (0.26, 0.25))
        burger[arena] = rng.uniform((0.05, -0.5), (0.2, 0.5))
        again = (arena + 1 + step) % n
        resets = [Reset(again, 1, (0.1, 0.0, 0.1))] if step % 7 == 3 and again != arena and not quiet else []
        state = simulator.step(ITERATIONS, resets=resets, waffle_command=waffle, burger_command=burger)
        touched |= int(state.contacts[arena])
        digest.update((state.time_ns - begin).to_bytes(8, "little"))
        for values in (
            state.frames,
            state.waffle_pose,
            state.waffle_twist,
            state.burger_pose,
            state.burger_twist,
            state.contacts,
        ):
            digest.update(np.ascontiguousarray(values[arena]).tobytes())
    assert touched & 1, "the Burger was not touched: too easy"
    assert touched & 2, "nothing of the world was touched: too easy"
    return digest.hexdigest()


def test_every_arena_of_sixteen_is_as_alone(start_simulator) -> None:
    alone = start_simulator(arenas=1, world=WORKSHOP)
    expected = play(alone, 0, 0)
    seen = {"again": play(alone, 0, 0)}
    alone.close()
    many = start_simulator(arenas=16, world=WORKSHOP)
    for arena in range(16):
        seen[f"arena {arena} of 16"] = play(many, arena, arena)
    seen["arena 0, the others at rest"] = play(many, 0, 5, quiet=True)
    many.close()
    assert {name for name, digest in seen.items() if digest != expected} == set()
