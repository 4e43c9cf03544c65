"""Program of the load test: the trainer itself, which also writes down when it took what."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.processes import Stop, die_with_parent, run_main
from object_tracker_agent.runs import RunLock, open_run
from object_tracker_agent.training.fragment import Fragment
from object_tracker_agent.training.redis_access import RedisOptions
from object_tracker_agent.training.trainer import Trainer


@dataclass(frozen=True, kw_only=True)
class MeasuredArguments(RedisOptions):
    """Train the run in a folder until SIGTERM; then write what was taken to `output`."""

    run_dir: str = option("the run folder")
    ingest_only: bool = option("no update of the policy, no checkpoints", False)
    output: str = option("file to write to")


class Recorder:
    """Shows nothing (console.ProgressDisplay's place) and keeps each update's row with its time."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.taken: list[tuple[str, int]] = []  # worker and sequence of the present update's fragments
        self.taken_at = 0.0

    def show(self, row: dict[str, object]) -> None:
        parts = {name: value for name, value in row.items() if name.endswith("_seconds")}
        now = time.monotonic()
        lag, dropped = row["policy_lag"], row["fragments_dropped"]
        self.updates.append(
            {
                "ended": now,
                "taken_at": self.taken_at,
                "taken": self.taken,
                "lag": lag,
                "dropped": dropped,
                **parts,
            }
        )

    def say(self, line: str) -> None: ...

    def close(self) -> None: ...


class MeasuredTrainer(Trainer):
    """The trainer, with its clock read; with `ingest_only` without update and checkpoints."""

    def __init__(self, *arguments: Any, recorder: Recorder, ingest_only: bool, **options: Any) -> None:
        self._recorder = recorder
        self._ingest_only = ingest_only
        super().__init__(*arguments, display=recorder, **options)

    def _update(self, fragments: list[Fragment]) -> dict[str, object]:
        self._recorder.taken_at = time.monotonic()
        self._recorder.taken = [(fragment.worker, fragment.sequence) for fragment in fragments]
        return super()._update(fragments)

    def _learn(self, steps: int) -> dict[str, float]:
        if self._ingest_only:
            return dict.fromkeys(("policy_gradient_loss", "entropy_loss", "learning_rate"), 0.0)
        return super()._learn(steps)

    def _save(self) -> None:
        if not self._ingest_only:
            super()._save()


def train(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(MeasuredArguments, "load_test_trainer", arguments)
    access, stop = options.access(), Stop().install()
    from object_tracker_agent.policies.threads import use_threads
    from object_tracker_agent.training.link import Link

    use_threads(0)
    run, recorder = open_run(options.run_dir), Recorder()
    with RunLock(run.folder):
        link = Link(access, stop)
        try:
            MeasuredTrainer(run, link, stop, recorder=recorder, ingest_only=options.ingest_only).train()
        finally:
            link.close()
    Path(options.output).write_text(json.dumps(recorder.updates))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(train, arguments)


if __name__ == "__main__":
    sys.exit(main())
