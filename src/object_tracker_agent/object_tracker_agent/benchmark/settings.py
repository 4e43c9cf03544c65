"""What is measured."""

from __future__ import annotations

from dataclasses import dataclass

from object_tracker_agent.command_line import option
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs.settings import MAX_ARENAS

MOST_UPDATES = 10_000


@dataclass(frozen=True)
class BenchmarkSettings:
    """Measure env-steps/s of the training loop, where its time goes, and its ratio to the raw limit.

    One simulation, one rollout worker and the trainer train the preset for a while, as a launch does, in a
    folder that is removed. In between, while they rest, a second simulator steps and renders by itself: the
    raw limit. An env-step is one step of one arena. Both drive at random: the learner computes as ever, with
    a learning rate that changes nothing, so that both draw the same kind of pictures.
    """

    json: str = option("file to write the figures to", "")
    preset: str = option("name of a preset, or path of a preset file", "approach")
    arenas: int = option(f"arenas of the simulation, 1 to {MAX_ARENAS}; 0: the preset's", 0)
    updates: int = option("updates that are measured; some more run before, to get going", 16)

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        if not 0 <= self.arenas <= MAX_ARENAS:
            raise UserError(
                f"--arenas must be from 1 to {MAX_ARENAS}, or 0 for the preset's, not {self.arenas}"
            )
        if not 1 <= self.updates <= MOST_UPDATES:
            raise UserError(f"--updates must be from 1 to {MOST_UPDATES}, not {self.updates}")
