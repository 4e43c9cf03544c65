"""Which seed an episode has. Everything random in an episode is drawn from it and nothing else."""

from __future__ import annotations

import numpy as np

from object_tracker_agent.errors import UserError

FIRST_TRIAL = 2**31  # no arena has an index this high, so trials never repeat an episode of training


def episode_seed(seed: int, arena: int, episode: int) -> int:
    """Return the seed (0 .. 2^63-1) of `episode` 0, 1, … in `arena` 0, 1, … of the run with `seed`."""
    return _draw([checked_seed(seed), arena, episode])


def trial_seed(seed: int, trial: int) -> int:
    """Return the seed (0 .. 2^63-1) of evaluation trial 0, 1, … under `seed`, whichever arena plays it."""
    return _draw([checked_seed(seed), FIRST_TRIAL + trial])


def checked_seed(seed: int) -> int:
    """Return `seed` as an int; a `UserError` if it is negative or no whole number."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise UserError(f"seed: must be a whole number, 0 or more, not {seed!r}")
    return int(seed)


def _draw(words: list[int]) -> int:
    # 63 bits, so that Gymnasium can put seeds into arrays of int64.
    return int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0] >> np.uint64(1))
