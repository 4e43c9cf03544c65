"""What a rollout worker keeps of what it has sent, until a durable checkpoint has used it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

MOST_BYTES = 256 << 20  # back-pressure keeps it far below; beyond it the oldest go, and count as missing


class KeptFragments:
    """The messages of one life, in order, from the first that may have to be sent again."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.made = 0  # fragments so far, kept or not; the sequence number of the next one
        self._most_bytes = most_bytes
        self._bytes = 0
        self._messages: deque[bytes] = deque()

    def add(self, messages: Sequence[bytes]) -> None:
        """Keep further messages, numbered on."""
        self._messages.extend(messages)
        self.made += len(messages)
        self._bytes += sum(map(len, messages))
        while self._bytes > self._most_bytes and len(self._messages) > len(messages):
            self._drop_first()

    def forget(self, consumed: int) -> None:
        """Drop those with sequence numbers below `consumed`."""
        while self._messages and self.made - len(self._messages) < consumed:
            self._drop_first()

    def since(self, sequence: int) -> list[bytes]:
        """Return those kept from a sequence number on."""
        first = self.made - len(self._messages)
        return list(self._messages)[max(0, sequence - first) :]

    def _drop_first(self) -> None:
        self._bytes -= len(self._messages.popleft())
