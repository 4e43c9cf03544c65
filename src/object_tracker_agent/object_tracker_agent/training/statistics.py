"""Running means over the last episodes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from object_tracker_agent.training.fragment import Episode

WINDOW = 100  # episodes


class RecentEpisodes:
    """The last episodes of all workers."""

    def __init__(self, episodes: Iterable[dict[str, Any]] = ()) -> None:
        self._episodes = deque((Episode(**values) for values in episodes), maxlen=WINDOW)

    def add(self, episodes: Sequence[Episode]) -> None:
        self._episodes.extend(episodes)

    def means(self) -> dict[str, float | None]:
        """Return mean reward, length [steps], success (0 .. 1), final distance [m]; None without episodes."""
        number = len(self._episodes)
        names = ("reward", "length", "success", "distance")
        if not number:
            return dict.fromkeys(names)
        return {name: sum(float(getattr(e, name)) for e in self._episodes) / number for name in names}

    def to_list(self) -> list[dict[str, Any]]:
        """Return the episodes as plain data, which the constructor takes back."""
        return [asdict(episode) for episode in self._episodes]
