"""What is measured."""

from __future__ import annotations

from dataclasses import dataclass

from object_tracker_agent.command_line import option
from object_tracker_agent.errors import UserError

MOST_ARENAS = 16
MOST_STEPS = 100_000


@dataclass(frozen=True)
class BenchmarkSettings:
    """Measure env-steps/s: of the simulator alone, through ROS, through the environment, and in real time.

    All are measured in turn, several rounds of each, so that whatever else the machine does hits them alike.
    An env-step is one step of one arena: 0.1 s of physics and one camera image.
    """

    arenas: str = option("numbers of arenas to measure with, 1 to 16 each", "1,4,8,16")
    steps: int = option("batched steps of each kind and number of arenas, all rounds together", 400)
    world: str = option("name of a world, or path of a world file; the preset's if not given", "")
    preset: str = option("name of a preset, or path of a preset file", "approach")
    two_simulators: bool = option("measure the raw limit of two simulators at once as well", False)
    json: str = option("file to write the figures to", "")

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        self.arena_counts()
        if not 1 <= self.steps <= MOST_STEPS:
            raise UserError(f"--steps must be from 1 to {MOST_STEPS}, not {self.steps}")

    def arena_counts(self) -> list[int]:
        """Return the numbers of arenas, each once."""
        counts = []
        for word in self.arenas.split(","):
            text = word.strip()
            if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_ARENAS):
                raise UserError(
                    f"--arenas: '{word}' is no number from 1 to {MOST_ARENAS}; give some, with commas: 1,8"
                )
            counts.append(int(text))
        return list(dict.fromkeys(counts))
