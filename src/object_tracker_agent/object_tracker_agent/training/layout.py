"""The layout of a preset's fragments. Does without torch."""

from __future__ import annotations

from object_tracker_agent.presets import ActionRanges, Preset
from object_tracker_agent.training.fragment import FragmentLayout


def layout_of(preset: Preset) -> FragmentLayout:
    """Return the sizes of the preset's fragments."""
    actions = None if isinstance(preset.actions, ActionRanges) else len(preset.actions)
    return FragmentLayout(preset.algorithm.fragment_steps, preset.observation.shape, actions)
