"""The original sample's log lines, from which its users' metrics are made by regular expressions."""

from __future__ import annotations

import math
from collections.abc import Mapping

from object_tracker_agent.training.fragment import Episode

AGENT = "main_level/agent"  # the name the original's agent had


def episode_line(kind: str, worker: str, number: int, episode: Episode, steps: int, iteration: int) -> str:
    """Return the line of an episode's end; `kind` is ``Training`` or ``Testing``.

    `steps` are those taken so far, `iteration` the number of updates the policy had.
    """
    return (
        f"{kind}> Name={AGENT}, Worker={worker}, Episode={number}, Total reward={episode.reward:.2f}, "
        f"Steps={steps}, Training iteration={iteration}"
    )


def policy_line(losses: Mapping[str, float], epochs: int) -> str:
    """Return the line of an update; `losses` by SB3's names. A2C has no KL divergence."""
    return (
        f"Policy training> Surrogate loss={losses['policy_gradient_loss']:.6g}, "
        f"KL divergence={losses.get('approx_kl', math.nan):.6g}, Entropy={-losses['entropy_loss']:.6g}, "
        f"training epoch={epochs - 1}, learning_rate={losses['learning_rate']:g}"
    )
