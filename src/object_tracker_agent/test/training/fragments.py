"""Sound fragments for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from object_tracker_agent.training.fragment import Episode, Fragment, FragmentLayout

LAYOUT = FragmentLayout(steps=8, observation_shape=(1, 6, 5), actions=6)
RUN_ID = "0123456789abcdef"


def _actions(layout: FragmentLayout, random: np.random.Generator) -> np.ndarray:
    if layout.actions is None:
        return 3 * random.normal(size=(layout.steps, 2)).astype(np.float32)
    return random.integers(0, layout.actions, layout.steps)


def sound_fragment(layout: FragmentLayout = LAYOUT, **changes: Any) -> Fragment:
    """A fragment that passes every check: one success, one truncation, not the first of its arena."""
    random, steps = np.random.default_rng(1), layout.steps
    terminated, truncated = np.zeros(steps, bool), np.zeros(steps, bool)
    terminated[2], truncated[5] = True, True
    starts = np.zeros(steps, bool)
    starts[[3, 6]] = True
    truncation_values = np.zeros(steps, np.float32)
    truncation_values[5] = 0.7
    fragment = Fragment(
        run_id=RUN_ID,
        worker="0",
        incarnation=1,
        sequence=0,
        arena=3,
        policy_version=4,
        observations=random.integers(0, 255, (steps, *layout.observation_shape), np.uint8),
        actions=_actions(layout, random),
        rewards=random.normal(size=steps).astype(np.float32),
        values=random.normal(size=steps).astype(np.float32),
        log_probs=-random.random(steps).astype(np.float32),
        episode_starts=starts,
        terminated=terminated,
        truncated=truncated,
        truncation_values=truncation_values,
        where=random.random((steps, 3)).round(0).astype(np.float32),
        last_value=0.25,
        episodes=(Episode(3.5, 120, True, 0.19, False), Episode(0.5, 3, False, 2.5, True)),
    )
    return replace(fragment, **changes)
