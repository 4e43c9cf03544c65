"""What the trainer does with each message of the stream: take it, or drop it and say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from object_tracker_agent.training.fragment import Fragment, FragmentError, FragmentLayout
from object_tracker_agent.training.fragment_codec import decode

USED = "used"
DROPPED = {
    "duplicate": "sent twice, or used before the trainer was restarted",
    "superseded": "from an earlier life of its worker, behind the present one",
    "stale": "its policy was older than max_policy_lag",
    "future": "its policy is newer than the trainer's, which was taken back to an older checkpoint",
    "foreign": "of another training",
    "malformed": "not a fragment",
}
MISSING = "missing"  # sequence numbers that never came


class Intake:
    """Fragments waiting for an update, and the account of every fragment seen.

    `consumed` holds, per worker, [incarnation, last sequence number seen]; as fragments come in each worker's
    order, all before it are accounted for. Together with `counters` it goes into the checkpoint, at a moment
    when nothing is waiting (the trainer reads no more than an update needs): after a restart every fragment
    is still used once or dropped once.
    """

    def __init__(
        self,
        run_id: str,
        layout: FragmentLayout,
        max_policy_lag: int,
        consumed: dict[str, list[int]] | None = None,
        counters: dict[str, int] | None = None,
    ) -> None:
        self.waiting: list[Fragment] = []
        self.consumed = {worker: list(position) for worker, position in (consumed or {}).items()}
        self.counters = Counter(counters or {})
        self._run_id = run_id
        self._layout = layout
        self._max_policy_lag = max_policy_lag

    def offer(self, data: bytes, version: int) -> bool:
        """Take in one message while the trainer's policy is `version`; False if it was dropped."""
        try:
            fragment = decode(data, self._layout)
        except FragmentError:
            return self._drop("malformed")
        if fragment.run_id != self._run_id:
            return self._drop("foreign")
        incarnation, last = self.consumed.get(fragment.worker, [0, -1])
        if fragment.incarnation < incarnation:
            return self._drop("superseded")
        if fragment.incarnation > incarnation:
            last = -1
        elif fragment.sequence <= last:
            return self._drop("duplicate")
        self.counters[MISSING] += fragment.sequence - last - 1
        self.consumed[fragment.worker] = [fragment.incarnation, fragment.sequence]
        if reason := self._unusable(fragment, version):
            return self._drop(reason)
        self.waiting.append(fragment)
        return True

    def take(self) -> list[Fragment]:
        """Return all waiting fragments, for the update that comes now; `consumed` then covers no others."""
        taken = list(self.waiting)
        self.waiting.clear()
        self.counters[USED] += len(taken)
        return taken

    def dropped(self) -> dict[str, int]:
        """Return how many fragments were dropped, by reason; reasons that never applied are left out."""
        return {reason: self.counters[reason] for reason in DROPPED if self.counters[reason]}

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
