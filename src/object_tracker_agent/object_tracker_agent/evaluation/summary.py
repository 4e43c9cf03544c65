"""What trials say about a policy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median
from typing import Any

from object_tracker_agent.evaluation.trials import Trial

ENDS = ("success", "lost", "contact", "time limit")
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


def summarise(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return success rate with its interval, steps to reach, final distances [m] and how trials ended."""
    reached = [trial.steps for trial in trials if trial.success]
    distances = [trial.final_distance for trial in trials]
    return {
        "success_rate": len(reached) / len(trials),
        "success_rate_interval": list(wilson_interval(len(reached), len(trials))),
        "success_rate_interval_method": "Wilson score, 95 %",
        "trials": len(trials),
        "successes": len(reached),
        "steps_to_reach_median": median(reached) if reached else None,
        "final_distance_mean": fmean(distances),
        "final_distance_median": median(distances),
        "final_distance_max": max(distances),
        "reward_mean": fmean(trial.reward for trial in trials),
        "ends": {end: sum(trial.end == end for trial in trials) for end in ENDS},
    }


def table(summary: dict[str, Any]) -> str:
    """Return the summary as lines for people."""
    low, high = summary["success_rate_interval"]
    steps = summary["steps_to_reach_median"]
    ends = ", ".join(f"{end} {number}" for end, number in summary["ends"].items())
    rows = (
        (
            "success rate",
            f"{100 * summary['success_rate']:.1f} %  (95 %: {100 * low:.1f} to {100 * high:.1f} %, Wilson)",
        ),
        ("trials", f"{summary['trials']}  ({ends})"),
        ("steps to reach", "none reached" if steps is None else f"{steps:g}  (median of the successes)"),
        (
            "final distance",
            f"{summary['final_distance_median']:.2f} m  (median; "
            f"mean {summary['final_distance_mean']:.2f} m, largest {summary['final_distance_max']:.2f} m)",
        ),
        ("reward", f"{summary['reward_mean']:.2f}  (mean)"),
    )
    return "\n".join(f"  {name:<15} {value}" for name, value in rows)
