"""What trials say about a policy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median
from typing import Any

from object_tracker_agent.evaluation.trials import Trial

ENDS = ("success", "lost", "contact", "time limit")
FOLLOW = "follow"  # the task.goal at which nothing is to be reached
Z_95 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Return the score interval of a proportion, 0 .. 1.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). It
    stays right near 0 and 1 and for few trials, where the usual plus-minus fails.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    rate, weight = successes / trials, z * z / trials
    centre = (rate + weight / 2) / (1 + weight)
    half = z * math.sqrt(rate * (1 - rate) / trials + weight / (4 * trials)) / (1 + weight)
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == trials else centre + half
    return low, high


def steps_to_reach(trials: Sequence[Trial], goal: str) -> float | None:
    """Return the median steps of the successes, None if there is none or nothing is to be reached.

    `goal` is the preset's ``task.goal``: a success of ``follow`` lasts the whole episode.
    """
    reached = [trial.steps for trial in trials if trial.success]
    return median(reached) if reached and goal != FOLLOW else None


def summarise(trials: Sequence[Trial], goal: str) -> dict[str, Any]:
    """Return success rate with its interval, steps to reach, final distances [m] and how trials ended.

    `goal` is the preset's ``task.goal``; with ``follow`` there are no steps to reach (None).
    """
    successes = sum(trial.success for trial in trials)
    distances = [trial.final_distance for trial in trials]
    return {
        "success_rate": successes / len(trials),
        "success_rate_interval": list(wilson_interval(successes, len(trials))),
        "success_rate_interval_method": "Wilson score, 95 %",
        "trials": len(trials),
        "successes": successes,
        "steps_to_reach_median": steps_to_reach(trials, goal),
        "final_distance_mean": fmean(distances),
        "final_distance_median": median(distances),
        "final_distance_max": max(distances),
        "reward_mean": fmean(trial.reward for trial in trials),
        "ends": {end: sum(trial.end == end for trial in trials) for end in ENDS},
    }


def table(summary: dict[str, Any], goal: str) -> str:
    """Return the summary as lines for people; `goal` as for `summarise`."""
    low, high = summary["success_rate_interval"]
    steps = summary["steps_to_reach_median"]
    ends = ", ".join(f"{end} {number}" for end, number in summary["ends"].items())
    reach = "none reached" if steps is None else f"{steps:g}  (median of the successes)"
    rows = (
        (
            "success rate",
            f"{100 * summary['success_rate']:.1f} %  (95 %: {100 * low:.1f} to {100 * high:.1f} %, Wilson)",
        ),
        ("trials", f"{summary['trials']}  ({ends})"),
        *([] if goal == FOLLOW else [("steps to reach", reach)]),
        (
            "final distance",
            f"{summary['final_distance_median']:.2f} m  (median; "
            f"mean {summary['final_distance_mean']:.2f} m, largest {summary['final_distance_max']:.2f} m)",
        ),
        ("reward", f"{summary['reward_mean']:.2f}  (mean)"),
    )
    return "\n".join(f"  {name:<15} {value}" for name, value in rows)
