"""Processes that only compute."""

from __future__ import annotations

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.benchmark.plain_loops import PlainLoops


def test_one_and_two_do_their_work_and_end():
    with PlainLoops(2) as loops:
        processes = list(loops._processes)
        for number in (1, 2, 1):
            assert loops.run(1, number) > 0.0
    assert all(process.returncode is not None for process in processes)


def test_one_that_ends_is_told_in_a_line():
    with PlainLoops(1) as loops:
        loops._processes[0].kill()
        loops._processes[0].wait()
        with pytest.raises(UserError, match="has ended"):
            loops.run(1, 1)
