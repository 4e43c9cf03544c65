"""The digest of what an arena showed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from object_tracker_agent.ros import StepReply
from object_tracker_sim.replay.main import line
from object_tracker_sim.replay.recording import Recording

ARENAS = 2


def reply() -> StepReply:
    rng = np.random.default_rng(0)
    return StepReply(
        stamp_ns=100_000_000,
        frames=rng.integers(256, size=(ARENAS, 4, 5, 3), dtype=np.uint8),
        waffle_pose=rng.random((ARENAS, 7)),
        waffle_twist=rng.random((ARENAS, 6)),
        burger_pose=rng.random((ARENAS, 7)),
        burger_twist=rng.random((ARENAS, 6)),
        contacts=np.zeros(ARENAS, np.uint8),
        interrupted=[""] * ARENAS,
        restarts=0,
    )


def digest(*replies: StepReply) -> str:
    recording = Recording()
    for one in replies:
        recording.add(one)
    return recording.digest()


def changed(name: str, index: tuple[int, ...]) -> StepReply:
    """A reply with the least change there is at one place."""
    base = reply()
    values = getattr(base, name).copy()
    values[index] = values[index] ^ 1 if values.dtype == np.uint8 else np.nextafter(values[index], 2.0)
    return dataclasses.replace(base, **{name: values})


def test_the_same_gives_the_same():
    assert digest(reply(), reply()) == digest(reply(), reply())
    assert digest(reply()) != digest(reply(), reply())


@pytest.mark.parametrize(
    ("name", "index"),
    [("frames", (0, 3, 4, 2)), ("frames", (0, 0, 0, 0)), ("waffle_pose", (0, 6)), ("burger_pose", (0, 0))],
)
def test_the_least_change_of_arena_0_shows(name: str, index: tuple[int, ...]):
    assert digest(changed(name, index)) != digest(reply())


def test_a_nanosecond_shows():
    assert digest(dataclasses.replace(reply(), stamp_ns=100_000_001)) != digest(reply())


def test_another_arena_does_not_show():
    assert digest(changed("frames", (1, 0, 0, 0))) == digest(reply())
    assert digest(changed("waffle_pose", (1, 0))) == digest(reply())


def test_the_line_is_one_line_with_exact_poses():
    recording = Recording()
    recording.add(reply())
    text = line(recording, 1, 1)
    assert "\n" not in text
    words = text.split()
    at = words.index("waffle")
    assert [float(word) for word in words[at + 1 : at + 8]] == reply().waffle_pose[0].tolist()
