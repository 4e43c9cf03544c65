"""What is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

from object_tracker_agent.command_line import option
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs.settings import MAX_ARENAS

MOST_WORKERS = 1024
FASTEST = 1e6  # [steps/s]
SHORTEST, LONGEST = 1.0, 3600.0  # [s]
RENDERED, NOISE = "rendered", "noise"


@dataclass(frozen=True)
class LoadTestSettings:
    """Measure how many steps/s a trainer takes from many rollout workers on this machine.

    The workers are synthetic: they make fragments out of nothing, but ask for their rounds, encode and send
    as real ones do, to a real redis-server and a real trainer in a folder that is removed. For each number
    of workers, first the ingest path alone (receive, check, de-duplicate, fill the buffer; no update, no
    checkpoint), as fast as it goes; then everything on, at the learner's rate.
    """

    workers: str = option("how many, one measurement for each number", "1,4,16,64")
    json: str = option("file to write the figures to", "")
    preset: str = option("name of a preset, or path of a preset file", "approach")
    arenas: int = option(f"arenas of each worker, 1 to {MAX_ARENAS}; 0: the preset's", 0)
    rate: float = option("steps/s that each worker makes; 0: as many as it can", 0.0)
    seconds: float = option("how long each measurement takes [s]", 10.0)
    pictures: str = option(
        "'rendered': of a plain world, which compress well; 'noise': which do not",
        RENDERED,
        (RENDERED, NOISE),
    )

    def __post_init__(self) -> None:
        """Raise UserError for what is out of range."""
        self.numbers()
        if not 0 <= self.arenas <= MAX_ARENAS:
            raise UserError(
                f"--arenas must be from 1 to {MAX_ARENAS}, or 0 for the preset's, not {self.arenas}"
            )
        if not 0 <= self.rate <= FASTEST:  # refuses nan, too
            raise UserError(f"--rate must be from 0 to {FASTEST:.0f} steps/s, not {self.rate}")
        if not SHORTEST <= self.seconds <= LONGEST:
            raise UserError(f"--seconds must be from {SHORTEST:.0f} to {LONGEST:.0f}, not {self.seconds}")

    def numbers(self) -> list[int]:
        """Return the numbers of workers."""
        words = self.workers.split(",")
        if not all(word.strip().isdecimal() and 1 <= int(word) <= MOST_WORKERS for word in words):
            raise UserError(
                f"--workers must be numbers from 1 to {MOST_WORKERS} with commas between, for example"
                f" 1,4,16,64, not '{self.workers}'"
            )
        return [int(word) for word in words]


def lag_without_waiting(workers: int, arenas: int, quota: int, preset: int) -> int:
    """Return the max_policy_lag with which no worker waits for another: all rounds at once fit in line.

    See admission.may_start_round; `quota` fragments make an update. At least the preset's own, and two more
    than needed on average, so that hardly any fragment is too old when its turn comes.
    """
    return max(preset, math.ceil(2 * workers * arenas / quota) + 2)
