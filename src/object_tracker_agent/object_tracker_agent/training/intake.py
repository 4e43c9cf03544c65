"""What the trainer does with each message of the stream: take it, or drop it and say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from object_tracker_agent.checkpoints.lives import (
    MISSING,
    MOST_LIVES,
    USED,
    LifeAccount,
    latest_lives,
    life_name,
    split_life,
)
from object_tracker_agent.training.fragment import Fragment, FragmentError, FragmentLayout
from object_tracker_agent.training.fragment_codec import decode

DROPPED = {
    "duplicate": "sent twice, or used before the trainer was restarted",
    "stale": "its policy was older than max_policy_lag",
    "future": "its policy is newer than the trainer's, which was taken back to an older checkpoint",
    "foreign": "of another training",
    "malformed": "not a fragment",
}
Fates = dict[str, dict[str, list[list[int]]]]  # fate -> life -> ranges [first, last] of sequence numbers
MOST_MISSING = 1_000_000  # in a row: nobody skips so many


class Intake:
    """Fragments waiting for an update, and the account of every fragment that was made.

    `lives` is the account by life of a worker (life_name): a worker's fragments come in order, so all before
    the last one seen have a fate. `counters` counts messages, the same fragment twice if it came twice. Both
    go into the checkpoint, at a moment when nothing is waiting (the trainer reads no more than an update
    needs): after a restart every fragment is still used once or dropped once.
    """

    def __init__(
        self,
        run_id: str,
        layout: FragmentLayout,
        max_policy_lag: int,
        lives: Mapping[str, Mapping[str, int]] | None = None,
        counters: dict[str, int] | None = None,
    ) -> None:
        """Go on from the `account` and the `counters` of a checkpoint. Raises ValueError: damaged."""
        self.waiting: list[Fragment] = []
        self.lives = {life: LifeAccount.from_dict(values) for life, values in (lives or {}).items()}
        self.counters = Counter(counters or {})
        self._next = {life: account.seen for life, account in self.lives.items()}
        self._latest = latest_lives({life: None for life, due in self._next.items() if due})
        self._fates: Fates = {}
        self._run_id = run_id
        self._layout = layout
        self._max_policy_lag = max_policy_lag

    @property
    def next(self) -> dict[str, int]:
        """Return by life the sequence number that is due: those before have come, or never will."""
        return dict(self._next)

    def offer(self, data: bytes, version: int) -> bool:
        """Take in one message while the trainer's policy is `version`; False if it was dropped."""
        try:
            fragment = decode(data, self._layout)
            life = life_name(fragment.worker, fragment.incarnation)
            split_life(life)
        except (FragmentError, ValueError):
            return self._drop("malformed")
        if fragment.run_id != self._run_id:
            return self._drop("foreign")
        due, number = self._next.get(life, 0), fragment.sequence
        if number < due:
            return self._drop("duplicate")
        if number > due + MOST_MISSING:
            return self._drop("malformed")
        self._miss(life, number)
        self._next[life] = number + 1
        self._latest[fragment.worker] = max(fragment.incarnation, self._latest.get(fragment.worker, 0))
        if reason := self._unusable(fragment, version):
            self._note(life, reason, number, number + 1)
            return self._drop(reason)
        self.waiting.append(fragment)
        return True

    def take(self) -> list[Fragment]:
        """Return all waiting fragments, for the update that comes now; `lives` then covers no others."""
        taken = list(self.waiting)
        self.waiting.clear()
        for fragment in taken:
            life = life_name(fragment.worker, fragment.incarnation)
            self._note(life, USED, fragment.sequence, fragment.sequence + 1)
        self.counters[USED] += len(taken)
        return taken

    def settle(self, made: Mapping[str, int]) -> None:
        """Take note of how many fragments each life has made.

        Of a worker whose later life has sent something, no earlier life will: what has not come is missing.
        """
        for life, number in made.items():
            if life in self.lives or len(self.lives) < MOST_LIVES:
                account = self.lives.setdefault(life, LifeAccount())
                account.made = max(account.made, min(number, self._next.get(life, 0) + MOST_MISSING))
        for life, account in self.lives.items():
            if account.made > self._next.get(life, 0):
                worker, incarnation = split_life(life)
                if incarnation < self._latest.get(worker, 0):
                    self._miss(life, account.made)

    def take_fates(self) -> Fates:
        """Return what has become of which fragments since the last call, but for those waiting."""
        taken, self._fates = self._fates, {}
        return taken

    def account(self) -> dict[str, dict[str, int]]:
        """Return `lives` as plain data, which the constructor takes back."""
        return {life: self.lives[life].to_dict() for life in sorted(self.lives)}

    def dropped(self) -> dict[str, int]:
        """Return how many messages were dropped, by reason; reasons that never applied are left out."""
        return {reason: self.counters[reason] for reason in DROPPED if self.counters[reason]}

    def _miss(self, life: str, end: int) -> None:
        """Say that those of a life that are due and below `end` never came."""
        due = self._next.get(life, 0)
        if end > due:
            self.counters[MISSING] += end - due
            self._note(life, MISSING, due, end)
            self._next[life] = end

    def _note(self, life: str, fate: str, first: int, end: int) -> None:
        account = self.lives.setdefault(life, LifeAccount())
        account.fates[fate] += end - first
        account.made = max(account.made, account.seen)
        ranges = self._fates.setdefault(fate, {}).setdefault(life, [])
        if ranges and ranges[-1][1] == first - 1:
            ranges[-1][1] = end - 1
        else:
            ranges.append([first, end - 1])

    def _unusable(self, fragment: Fragment, version: int) -> str:
        if fragment.policy_version > version:
            return "future"
        return "stale" if version - fragment.policy_version > self._max_policy_lag else ""

    def _drop(self, reason: str) -> bool:
        self.counters[reason] += 1
        return False


def policy_lags(fragments: Iterable[Fragment], version: int) -> list[int]:
    """Return how many updates old the policy of each fragment is."""
    return [version - fragment.policy_version for fragment in fragments]
