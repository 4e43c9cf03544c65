"""Same start and commands, same bits: in any simulation and arena, whatever was before or is beside."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from object_tracker_sim.simulator import Appearance, Reset, Simulator

pytestmark = pytest.mark.integration

STEPS = 20


LOOK = Appearance(
    (0.3, -0.5, -0.7),
    0.8,
    (0.3, 0.5, 0.6),
    (0.7, 0.2, 0.4),
    (0.1, 0.4, 0.9),
    (0.9, 0.6, 0.5),
    (0.1, 0.0, 0.2),
    (0.8, 1.0, 0.9),
    12,
    0.7,
    13,
    (0.02, -0.03, 0.04),
    (0.1, -0.05, 0.07),
    0.6,
    14,
)


def any_look(rng: np.random.Generator) -> Appearance | None:
    """Return some look, or that of the world file."""
    if rng.random() < 0.3:
        return None
    colours = map(tuple, rng.random((4, 3)).round(3).tolist())
    surroundings = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), int(rng.integers(2**63))) if rng.random() < 0.7 else ()
    sun = (float(rng.uniform(-1, 1)), 0.2, -0.5), float(rng.uniform(0, 2))
    patterns = float(rng.random()) if rng.random() < 0.7 else None
    position, angles = (tuple(rng.uniform(-most, most, 3).tolist()) for most in (0.5, 0.8))
    camera = {"camera_position_error": position, "camera_angle_error": angles} if rng.random() < 0.7 else {}
    look = Appearance(*sun, *colours, *surroundings, **camera)
    look = replace(look, patterns=patterns, patterns_seed=int(rng.integers(2**63)))
    furniture = float(rng.random()) if rng.random() < 0.7 else None
    return replace(look, furniture=furniture, furniture_seed=int(rng.integers(2**63)))


def history(simulator: Simulator, seed: int, steps: int = 9) -> None:
    """Do all sorts of things."""
    n = simulator.settings.arenas
    rng = np.random.default_rng(seed)
    for step in range(steps):
        resets = []
        if step % 4 == 0:
            pose = (float(rng.uniform(0, 1)), float(rng.uniform(-1, 1)), float(rng.uniform(-3, 3)))
            solid, limit = bool(step % 8), bool(step % 12)
            resets = [
                Reset(
                    int(rng.integers(n)),
                    step,
                    pose,
                    solid=solid,
                    limit_acceleration=limit,
                    appearance=any_look(rng),
                )
            ]
        commands = rng.uniform(-1, 1, (2, n, 2))
        simulator.step(
            int(rng.integers(1, 60)),
            resets=resets,
            waffle_command=commands[0],
            burger_command=commands[1],
            render=bool(step % 2),
        )


def play(
    simulator: Simulator,
    arena: int,
    iterations: int,
    others: int,
    change: float = 0.0,
    look: Appearance | None = LOOK,
) -> str:
    """Play a fixed episode in `arena`, the other arenas doing as the seed `others` says; return its hash.

    The Waffle runs into what is ahead of it: the Burger (solid), or a box.
    """
    n = simulator.settings.arenas
    rng = np.random.default_rng(1)
    noise = np.random.default_rng(others)
    episode = Reset(
        arena,
        3,
        (0.0, 0.02, 0.03),
        (0.45, -0.05, 0.5),
        solid=True,
        limit_acceleration=True,
        appearance=look,
    )
    rest = [
        Reset(k, 4, (float(noise.uniform(0, 0.3)), 0, 0), appearance=any_look(noise))
        for k in range(n)
        if k != arena
    ]
    order = [episode, *rest] if others % 2 else [*rest, episode]
    state = simulator.step(0, resets=order)
    begin = state.time_ns
    digest = hashlib.sha256()
    touched = 0
    for step in range(STEPS):
        waffle, burger = noise.uniform(-1, 1, (2, n, 2))
        waffle[arena] = rng.uniform((0.15, -0.5), (0.26, 0.5)) + (change if step == 3 else 0)
        burger[arena] = rng.uniform((-0.1, -0.5), (0.1, 0.5))
        state = simulator.step(iterations, waffle_command=waffle, burger_command=burger)
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
    assert touched, "the episode has no contact in it, which would make it too easy"
    return digest.hexdigest()


@pytest.mark.parametrize("world", ["empty", "room", "textured", "furnished"])
def test_nothing_but_the_episode_matters(start_simulator, world: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(world) if world in ("room", "furnished") else world
    iterations = 100 if world == "room" else 25  # 0.1 s in either
    seen = {}

    one = start_simulator(arenas=1, world=path)
    seen["fresh, one arena"] = play(one, 0, iterations, others=0)
    seen["again, after itself"] = play(one, 0, iterations, others=0)
    history(one, 5)
    seen["after a history"] = play(one, 0, iterations, others=0)
    one.close()

    again = start_simulator(arenas=1, world=path)
    history(again, 6)
    seen["a second simulation, after another history"] = play(again, 0, iterations, others=0)
    again.close()

    three = start_simulator(arenas=3, world=path)
    for arena in range(3):
        seen[f"three arenas, arena {arena}"] = play(three, arena, iterations, others=arena)
        history(three, arena)
    three.close()

    eight = start_simulator(arenas=8, world=path)
    seen["eight arenas, the last"] = play(eight, 7, iterations, others=9)
    seen["eight arenas, the first"] = play(eight, 0, iterations, others=10)
    different = play(eight, 0, iterations, others=10, change=1e-6)
    plain = play(eight, 3, iterations, others=11, look=None)
    eight.close()

    sixteen = start_simulator(arenas=16, world=path)
    seen["sixteen arenas, the last"] = play(sixteen, 15, iterations, others=12)
    plain_again = play(sixteen, 0, iterations, others=13, look=None)
    sixteen.close()

    assert len(set(seen.values())) == 1, seen
    assert plain == plain_again, "the look of the world file comes back"
    assert plain not in seen.values(), "a look shows"
    assert different not in seen.values(), "one command that differs by 1e-6 shows"
