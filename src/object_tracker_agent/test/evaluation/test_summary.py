"""What trials say about a policy, against published figures."""

from __future__ import annotations

import pytest

from object_tracker_agent.evaluation.summary import summarise, table, wilson_interval
from object_tracker_agent.evaluation.trials import Trial


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3 (score)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 1 - 0.1170, 1.0000),
    ],
)
def test_wilson_interval(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_wilson_interval_refuses_nonsense() -> None:
    for successes, trials in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="successes of"):
            wilson_interval(successes, trials)


def trial(number: int, end: str, steps: int, distance: float) -> Trial:
    return Trial(number, 7 + number, end == "success", end, steps, distance, 2.0 * number)


def test_summary() -> None:
    trials = [
        trial(0, "success", 300, 0.19),
        trial(1, "lost", 90, 5.01),
        trial(2, "success", 340, 0.18),
        trial(3, "time limit", 1000, 1.5),
        trial(4, "success", 310, 0.2),
    ]
    found = summarise(trials, "reach")
    assert found["success_rate"] == 0.6
    assert found["success_rate_interval"] == list(wilson_interval(3, 5))
    assert (found["trials"], found["successes"]) == (5, 3)
    assert found["steps_to_reach_median"] == 310
    assert found["final_distance_median"] == 0.2
    assert found["final_distance_max"] == 5.01
    assert found["reward_mean"] == 4.0
    assert found["ends"] == {"success": 3, "lost": 1, "contact": 0, "time limit": 1}
    assert "60.0 %" in table(found, "reach")
    assert "steps to reach  310  (median" in table(found, "reach")


def test_summary_without_success() -> None:
    found = summarise([trial(0, "lost", 50, 5.1)], "reach")
    assert found["success_rate"] == 0
    assert found["steps_to_reach_median"] is None
    assert "none reached" in table(found, "reach")


@pytest.mark.parametrize("end", ["success", "lost"])
def test_following_has_no_steps_to_reach(end: str) -> None:
    found = summarise([trial(0, end, 600, 0.6)], "follow")
    assert found["success_rate"] == (end == "success")
    assert found["steps_to_reach_median"] is None
    assert "reach" not in table(found, "follow")
    assert "final distance" in table(found, "follow")
