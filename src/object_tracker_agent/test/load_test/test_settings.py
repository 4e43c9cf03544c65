"""What may be asked of the load test."""

from __future__ import annotations

from typing import Any

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.load_test.settings import LoadTestSettings, lag_without_waiting
from object_tracker_agent.training.admission import may_start_round
from object_tracker_agent.training.messages import State


def test_numbers_of_workers() -> None:
    assert LoadTestSettings().numbers() == [1, 4, 16, 64]
    assert LoadTestSettings(workers="2, 3").numbers() == [2, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": ""}, "--workers must be numbers from 1 to 1024 with commas between"),
        ({"workers": "1,,2"}, "not '1,,2'"),
        ({"workers": "0"}, "--workers"),
        ({"workers": "1025"}, "--workers"),
        ({"workers": "four"}, "--workers"),
        ({"arenas": 17}, "--arenas must be from 1 to 16"),
        ({"rate": -1.0}, "--rate must be from 0"),
        ({"rate": float("nan")}, "--rate"),
        ({"seconds": 0.5}, "--seconds must be from 1"),
        ({"seconds": float("inf")}, "--seconds"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        LoadTestSettings(**options)


@pytest.mark.parametrize(("workers", "arenas", "quota"), [(1, 1, 16), (4, 8, 16), (64, 8, 16), (64, 16, 4)])
def test_no_worker_waits_for_another(workers: int, arenas: int, quota: int) -> None:
    """The last one may still start, while an update is under way and all others have sent a round before."""
    lag = lag_without_waiting(workers, arenas, quota, 1)
    others = (workers - 1) * arenas
    assert may_start_round(State("running", 3, True, 0), others, 0, arenas, quota, lag)
    assert lag_without_waiting(1, 1, 16, 5) == 5
