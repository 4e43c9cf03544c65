"""A preset's training that stays comparable with the raw limit."""

from __future__ import annotations

from dataclasses import replace

from object_tracker_agent.presets import Preset

EPISODE_STEPS = 300
"""Steps of an episode at most: as many as the raw limit drives from one reset to the next
(object_tracker_sim.benchmark.ways)."""
NO_LEARNING = 1e-12
"""Learning rate of steps that no weight in single precision notices. They take as long as any."""


def at_random(preset: Preset) -> Preset:
    """Return `preset` with a learner that computes as ever and learns nothing, and the raw limit's episodes.

    The raw limit's robots are driven at random, and so are those of an untrained policy. One that has learnt
    drives up to the Burger, and a picture with a Burger near by takes up to 1.7 times as long to draw as one
    without (docs/benchmarks.md): the two would not be measured on the same pictures.
    """
    episode_steps = min(EPISODE_STEPS, preset.training.episode_steps or preset.task.max_steps)
    return replace(
        preset,
        training=replace(preset.training, episode_steps=episode_steps),
        algorithm=replace(preset.algorithm, learning_rate=NO_LEARNING),
    )
