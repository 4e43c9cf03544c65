"""What may be asked for."""

from __future__ import annotations

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.benchmark.settings import BenchmarkSettings


def test_arena_counts():
    assert BenchmarkSettings().arena_counts() == [1, 4, 8, 16]
    assert BenchmarkSettings(arenas=" 8, 1,8").arena_counts() == [8, 1]


@pytest.mark.parametrize("arenas", ["0", "17", "x", "1,", "", "-1", "1;2", "1.5", "²"])
def test_bad_arena_counts(arenas: str):
    with pytest.raises(UserError, match="--arenas"):
        BenchmarkSettings(arenas=arenas)


@pytest.mark.parametrize("steps", [0, -5, 10**6])
def test_bad_steps(steps: int):
    with pytest.raises(UserError, match=f"--steps must be from 1 to 100000, not {steps}"):
        BenchmarkSettings(steps=steps)
