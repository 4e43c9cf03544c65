"""A training of processes: trainer, redis-server, rollout workers on the synthetic environment."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from object_tracker_agent.account.balance import balance
from object_tracker_agent.checkpoints import Checkpoint
from object_tracker_agent.presets import Preset
from object_tracker_agent.runs import Run, open_run, prepare_run

SYNTHETIC_WORKER = Path(__file__).with_name("synthetic_worker.py")
Server = Any
Start = Callable[..., Any]  # conftest.Program


class Training:
    """Starts the processes of a training as launch files do."""

    def __init__(self, server: Server, start: Start, folder: Path) -> None:
        self.server, self._start, self.folder = server, start, folder

    def prepare(self, preset: Preset | None = None, **options: Any) -> Run:
        if preset is not None:
            file = self.folder / "preset.yaml"
            file.write_text(preset.to_yaml())
            options["preset"] = str(file)
        return prepare_run(self.folder / "run", **options)

    def trainer(self, *words: object, run: Run | None = None) -> Any:
        run_dir = self.folder / "run" if run is None else run.folder
        module = ["-m", "object_tracker_agent.training.trainer_main"]
        where = ["--run-dir", run_dir, "--redis-url", self.server.url, "--threads", 1]
        return self._start(*module, *where, *words)

    def worker(self, name: str = "0", arenas: int = 2) -> Any:
        words = ["--redis-url", self.server.url, "--worker", name, "--arenas", arenas]
        return self._start(SYNTHETIC_WORKER, *words, "--ledger", self.folder / "run" / "ledger")

    def run(self) -> Run:
        return open_run(self.folder / "run")

    def newest(self, **options: Any) -> Checkpoint:
        return self.run().checkpoints.newest(**options)

    def rows(self) -> list[dict[str, str]]:
        with self.run().progress_file.open() as file:
            return list(csv.DictReader(file))

    def balances(self) -> dict[str, int]:
        """Return the sums of the run's account after checking that it balances."""
        found = balance(self.run())
        assert not found.problems
        totals = found.totals()
        assert totals.pop("made") == sum(totals.values())
        return totals

    def wait_for_update(self, update: int, trainer: Any) -> None:
        end = time.monotonic() + 60
        while not (paths := self.run().checkpoints.paths()) or int(paths[-1].name) < update:
            assert trainer.running(), trainer.output()
            assert time.monotonic() < end, f"update {update} did not come"
            time.sleep(0.02)
