"""Back-pressure: whether a worker may start a round."""

from __future__ import annotations

from object_tracker_agent.training.messages import State


def may_start_round(state: State, pending: int, others: int, arenas: int, quota: int, max_lag: int) -> bool:
    """Tell whether fragments begun now will be used while their policy is new enough, all going well.

    They queue behind `pending` fragments in the stream and those `others` are making; an update takes
    `quota`. The last of this round's `arenas` fragments is therefore used that many updates from now - one
    more when an update is under way - and each makes the policy that chose their actions older by one.
    But what is there may not be enough for an update, and nobody making more: then the round must start, or
    all would wait for ever. What of it is too old after that update is dropped.
    """
    ahead = pending + others
    updates_before = (ahead + arenas - 1) // quota + int(state.training)
    needed = others == 0 and pending < quota and not state.training
    return needed or updates_before <= max_lag
