"""Fragments out of nothing."""

from __future__ import annotations

import numpy as np

from object_tracker_agent.load_test.settings import NOISE
from object_tracker_agent.training.fragment import Episode, Fragment, FragmentLayout

NEAREST, FARTHEST = 0.3, 3.5  # [m] where the Burger stands in the pictures


def pictures(layout: FragmentLayout, kind: str, random: np.random.Generator) -> np.ndarray:
    """Return a fragment's observations, (T, C, H, W) uint8.

    `rendered`: sky above ground and a dark box that grows, as one drives to it in the plain world. `noise`:
    random bytes.
    """
    channels, height, width = layout.observation_shape
    shape = (layout.steps, *layout.observation_shape)
    if kind == NOISE:
        return random.integers(0, 256, shape, np.uint8)
    rows = np.arange(height)[:, None]
    background = np.where(rows < height // 2, 178, 90 + 60 * rows // height).astype(np.uint8)
    result = np.broadcast_to(background, shape).copy()
    middle = width * random.uniform(0.3, 0.7)
    for step, distance in enumerate(np.linspace(FARTHEST, NEAREST, layout.steps)):
        half = 0.15 * width / distance / 2
        top, low = int(height / 2 - half), int(height / 2 + half)
        left, right = int(middle - half), int(middle + half)
        result[step, :, max(0, top) : low, max(0, left) : right] = 20 + 3 * np.arange(channels)[:, None, None]
    return result


def made_up(layout: FragmentLayout, kind: str, seed: int) -> Fragment:
    """Return a sound fragment of `layout`, in which one episode ends; whose it is, is to be filled in."""
    random, steps = np.random.default_rng(seed), layout.steps
    terminated, nothing = np.zeros(steps, bool), np.zeros(steps, bool)
    terminated[steps // 2] = True
    actions: np.ndarray
    if layout.actions is None:
        actions = random.normal(size=(steps, 2)).astype(np.float32)
    else:
        actions = random.integers(0, layout.actions, steps)
    return Fragment(
        run_id="0" * 16,
        worker="0",
        incarnation=1,
        sequence=0,
        arena=0,
        policy_version=0,
        observations=pictures(layout, kind, random),
        actions=actions,
        rewards=random.normal(size=steps).astype(np.float32),
        values=random.normal(size=steps).astype(np.float32),
        log_probs=-random.uniform(0.1, 3.0, steps).astype(np.float32),
        episode_starts=np.concatenate([[False], terminated[:-1]]),
        terminated=terminated,
        truncated=nothing,
        truncation_values=np.zeros(steps, np.float32),
        where=np.tile(np.array([1.0, 0.1, 2.0], np.float32), (steps, 1)),
        last_value=0.1,
        episodes=(Episode(1.0, steps, True, 0.2, False),),
    )
