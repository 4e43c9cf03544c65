"""Which part is killed when: drawn beforehand from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

PARTS = ("simulator", "world", "rollout_worker", "trainer", "redis-server")
OVERLAPPING = 0.15  # so many kills come while the part killed before is still away
UPDATES = (2, 9)  # between two others
JITTER = 0.5  # [s] at most: kills meet updates, checkpoints and rounds at any point
LONGEST_OVERLAP = 6.0  # [s] after the kill before: a part's start is met at any point, too
# Updates that a training has beyond the schedule, at least and for each kill: those done while a delay passes
# and a recovery is watched are more the faster the machine is
TAIL = (60, 6)


@dataclass(frozen=True)
class Kill:
    """One kill -9."""

    part: str
    update: int  # not before the training has done so many updates …
    delay: float  # [s] … and then so much later
    overlapping: bool  # at once, whether or not the part killed before is back; the delay counts from then


def draw(kills: int, seed: int) -> list[Kill]:
    """Return a schedule: every part in a random order, again and again."""
    random, schedule, update = Random(seed), list[Kill](), 1
    parts: list[str] = []
    for number in range(kills):
        parts = parts or random.sample(PARTS, len(PARTS))
        overlapping = 0 < number < kills - 1 and random.random() < OVERLAPPING
        update += 0 if overlapping else random.randint(*UPDATES)
        delay = random.uniform(0, LONGEST_OVERLAP if overlapping else JITTER)
        schedule.append(Kill(parts.pop(), update, delay, overlapping))
    return schedule


def updates(schedule: list[Kill]) -> int:
    """Return how many updates a training must have in order to outlast a schedule."""
    return schedule[-1].update + TAIL[0] + TAIL[1] * len(schedule)
