"""What a step pays."""

from object_tracker_agent.rewards import RewardInputs


def close_and_gentle(inputs: RewardInputs) -> float:
    """Return 1 per second in view at 0.6 m, less the farther from that; 1 less for a touch of anything."""
    touched = inputs.touches_burger or inputs.touches_world
    nearness = max(0.0, 1.0 - abs(inputs.distance - 0.6)) if inputs.in_view else 0.0
    return inputs.step_time * nearness - (1.0 if touched else 0.0)
