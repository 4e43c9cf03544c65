"""Measuring in turn: the raw limit, some updates of the training loop, the raw limit, and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from object_tracker_agent.benchmark.raw_limit import RawLimit
from object_tracker_agent.benchmark.training_loop import TrainingLoop

MOST_SEGMENTS = 4
WARM_UP = 2  # updates until simulation and learning overlap as they do from then on
RAW_SECONDS = 1.5  # about how long the raw limit is measured each time
FIRST_RAW_STEPS = 20  # from which the number for that is found
TRAINER_PARTS = ("waiting", "transport", "update", "checkpoint")


@dataclass(frozen=True)
class Segment:
    """Some updates in a row, between two measurements of the raw limit.

    Attributes:
        updates: how many.
        seconds: they took [s].
        steps: environment steps they learnt from.
        raw: env-steps/s of the simulator by itself, before and after.
        trainer: the trainer's time by part [s]; adds up to `seconds`.
        worker: the rollout worker's time by part [s], of its rounds in that time.
    """

    updates: int
    seconds: float
    steps: int
    raw: tuple[float, float]
    trainer: dict[str, float]
    worker: dict[str, float]

    @property
    def speed(self) -> float:
        """Env-steps/s of the training loop."""
        return self.steps / self.seconds

    @property
    def ratio(self) -> float:
        """Its speed as a fraction of the raw limit."""
        return self.speed / (sum(self.raw) / 2)


def measure(loop: TrainingLoop, raw: RawLimit, updates: int, say: Callable[[str], None]) -> list[Segment]:
    """Measure `updates` updates in a few segments. Raises UserError if something fails."""
    segments: list[Segment] = []
    number = min(MOST_SEGMENTS, updates)
    # Nothing is starting any more once there has been an update
    loop.go_on()
    loop.wait_for_rows(1)
    loop.rest()
    loop.wait_until_at_rest()
    raw_steps = max(1, round(raw.measure(FIRST_RAW_STEPS) * RAW_SECONDS / loop.arenas))
    before = raw.measure(raw_steps)
    for index in range(number):
        share = updates // number + (index < updates % number)
        what = f"{share} update{'s' * (share > 1)} of {loop.steps_per_update} steps"
        say(f"part {index + 1} of {number}: {what}")
        first = len(loop.rows()) + WARM_UP
        loop.go_on()
        loop.wait_for_rows(first)
        worker_before = loop.worker_seconds()
        rows = loop.wait_for_rows(first + share)[first - 1 : first + share]
        worker_after = loop.worker_seconds()
        loop.rest()
        loop.wait_until_at_rest()
        after = raw.measure(raw_steps)
        seconds = float(rows[-1]["seconds"]) - float(rows[0]["seconds"])
        trainer = {part: sum(float(row[f"{part}_seconds"]) for row in rows[1:]) for part in TRAINER_PARTS}
        trainer["other"] = max(0.0, seconds - sum(trainer.values()))
        worker = {part: worker_after[part] - worker_before.get(part, 0.0) for part in worker_after}
        steps = share * loop.steps_per_update
        segments.append(Segment(share, seconds, steps, (before, after), trainer, worker))
        before = after
    return segments
