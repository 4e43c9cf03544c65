"""Lives of rollout workers, and what became of the fragments each of them has made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from object_tracker_agent.training.names import WORKER_NAME

USED = "used"
MISSING = "missing"
FATES = {
    USED: "by an update that the newest checkpoint has learned from",
    "stale": "its policy was older than max_policy_lag",
    "future": "its policy is newer than the trainer's, which was taken back to an older checkpoint",
    MISSING: "never came: lost with a killed worker, or used by updates that went with a damaged checkpoint",
    "earlier": "seen before this account was kept (checkpoints of format 1)",
}
MADE = "made"
MOST_LIVES = 100_000  # of one training: a bound for what strangers may tell
_LARGEST = 2**53


def life_name(worker: str, incarnation: int) -> str:
    """Return the name of a worker's `incarnation`-th life, as the account has it."""
    return f"{worker}/{incarnation}"


def split_life(life: str) -> tuple[str, int]:
    """Return worker and incarnation. Raises ValueError: not a life's name."""
    worker, slash, number = life.rpartition("/")
    if not slash or not WORKER_NAME.fullmatch(worker):
        raise ValueError("not a life's name")
    if not (number.isascii() and number.isdecimal() and len(number) <= 16 and 1 <= int(number) <= _LARGEST):
        raise ValueError("not a life's name")
    return worker, int(number)


@dataclass
class LifeAccount:
    """The fragments of one life, numbered from 0: those below `seen` each have a fate."""

    made: int = 0  # as far as the trainer has heard
    fates: Counter[str] = field(default_factory=Counter)  # number by fate, see FATES

    @property
    def seen(self) -> int:
        return self.fates.total()

    def to_dict(self) -> dict[str, int]:
        return {MADE: self.made, **{fate: number for fate, number in sorted(self.fates.items()) if number}}

    @classmethod
    def from_dict(cls, values: Mapping[str, int]) -> LifeAccount:
        """Take what `to_dict` gave. Raises ValueError: unknown fates, or more of them than fragments."""
        fates = Counter({name: number for name, number in values.items() if name != MADE})
        if not set(fates) <= set(FATES) or not fates.total() <= values.get(MADE, -1) <= _LARGEST:
            raise ValueError("not the account of a life")
        return cls(values[MADE], fates)


def latest_lives(lives: Mapping[str, object]) -> dict[str, int]:
    """Return the highest incarnation of each worker."""
    latest: dict[str, int] = {}
    for life in lives:
        worker, incarnation = split_life(life)
        latest[worker] = max(incarnation, latest.get(worker, 0))
    return latest
