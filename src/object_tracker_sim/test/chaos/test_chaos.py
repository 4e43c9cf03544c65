"""The schedule of kills repeats, and what is wrong after them is told."""

from __future__ import annotations

from typing import Any

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.chaos.findings import problems
from object_tracker_sim.chaos.main import ChaosSettings
from object_tracker_sim.chaos.schedule import PARTS, draw, updates

GOOD: dict[str, Any] = {
    "exit_status": 0,
    "run_status": "finished",
    "account_problems": [],
    "corrupted_checkpoints": [],
    "processes_left": {},
    "longest_recovery_seconds": 12.0,
}


def test_a_schedule_repeats_and_meets_every_part() -> None:
    schedule = draw(200, 7)
    assert schedule == draw(200, 7) != draw(200, 8)
    for part in PARTS:
        assert sum(kill.part == part for kill in schedule) == 40
    assert [kill.update for kill in schedule] == sorted(kill.update for kill in schedule)
    assert 10 < sum(kill.overlapping for kill in schedule) < 60
    assert not schedule[0].overlapping
    assert not schedule[-1].overlapping
    assert updates(schedule) > schedule[-1].update
    assert {kill.part for kill in draw(5, 3)} == set(PARTS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"exit_status": 1}, "the launch ended with 1"),
        ({"run_status": "running"}, "the run is running"),
        ({"account_problems": ["0/1: fragment 3 has two fates"]}, "two fates"),
        ({"corrupted_checkpoints": ["checkpoint 000003 is damaged"]}, "damaged"),
        ({"processes_left": {17: "redis-server"}}, "process 17 is left: redis-server"),
        ({"longest_recovery_seconds": 30.5}, "a recovery took 30.5 s, more than 30 s"),
    ],
)
def test_what_is_wrong_is_told(change: dict[str, Any], told: str) -> None:
    assert problems(GOOD, 30) == []
    (line,) = problems(GOOD | change, 30)
    assert told in line


@pytest.mark.parametrize("wrong", [{"kills": 0}, {"workers": 9}, {"seed": -1}])
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UserError, match=f"--{next(iter(wrong))} must be from"):
        ChaosSettings(**wrong)
