"""A thread that is bound while it waits, and free before and after."""

from __future__ import annotations

import os
import threading

import pytest

from object_tracker_agent.ros.place import Place

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is but one processor")


def test_it_is_bound_to_where_it_is_and_free_again() -> None:
    everywhere = os.sched_getaffinity(0)
    place = Place()
    here = place.hold()
    assert os.sched_getaffinity(0) == {here} <= everywhere
    place.release()
    assert os.sched_getaffinity(0) == everywhere
    place.release()
    assert os.sched_getaffinity(0) == everywhere


def test_it_is_nobody_elses_business() -> None:
    """Other threads, and those begun later, may run where they might."""
    everywhere = os.sched_getaffinity(0)
    found: list[set[int]] = []
    begun, held = threading.Event(), threading.Event()

    def other() -> None:
        begun.set()
        held.wait(10.0)
        found.append(os.sched_getaffinity(0))

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait(10.0)
    place = Place()
    place.hold()
    held.set()
    thread.join(10.0)
    place.release()
    assert found == [everywhere]


def test_a_thread_that_has_no_choice_is_left_alone() -> None:
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(everywhere)})
    try:
        place = Place()
        assert place.hold() == -1
        place.release()
        assert os.sched_getaffinity(0) == {min(everywhere)}
    finally:
        os.sched_setaffinity(0, everywhere)
