"""Program ``await_end``: ends when the training of a run folder on this machine is over."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.processes import die_with_parent, run_main
from object_tracker_agent.runs import RunLock, open_run

PATIENCE = 90.0  # [s] in which a trainer that was killed is started again by its launch
LOOK_EVERY = 0.25  # [s]


@dataclass(frozen=True, kw_only=True)
class WaitArguments:
    """Wait until the training of a run is over: finished, stopped, or not started again after it was killed."""

    run_dir: str = option("the run folder")


def wait(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(WaitArguments, "await_end", arguments)
    run = open_run(options.run_dir)
    while not over(run.folder):
        pass
    print(f"the training of {run.folder} is over", flush=True)
    return 0


def over(folder: Path, patience: float = PATIENCE) -> bool:
    """Wait for the end of the trainer that lives now; False if another takes its place."""
    lock = RunLock(folder)
    holder = lock.holder()
    lock.wait()
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if lock.holder() != holder:  # only looked at: trying the lock could get in the way of the next one
            return False
        run = open_run(folder)
        if run.settings.status in ("finished", "stopped") or _redis_is_gone(run.endpoint_file):
            return True
        time.sleep(LOOK_EVERY)
    return True


def _redis_is_gone(endpoint: Path) -> bool:
    """Tell whether the training's own redis-server was stopped: it then removes its socket."""
    try:
        url = json.loads(endpoint.read_bytes())["redis_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return url.startswith("unix://") and not Path(url.removeprefix("unix://")).exists()


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(wait, arguments)


if __name__ == "__main__":
    sys.exit(main())
