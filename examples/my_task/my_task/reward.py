"""What a step pays."""

from object_tracker_agent.rewards import RewardInputs


def close_and_gentle(inputs: RewardInputs) -> float:
    """Return 1 per second in view at 0.6 m, less the farther from that; 1 less for a touch."""
    if not inputs.in_view:
        return 0.0
    nearness = max(0.0, 1.0 - abs(inputs.distance - 0.6))
    return inputs.step_time * nearness - (1.0 if inputs.touches_burger else 0.0)
