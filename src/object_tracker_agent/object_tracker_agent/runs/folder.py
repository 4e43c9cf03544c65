"""A run folder: where each thing lies in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from object_tracker_agent.checkpoints import CheckpointStore
from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.runs.lock import RunLock
from object_tracker_agent.runs.settings import RunSettings


@dataclass(frozen=True)
class Run:
    """One training's folder.

    ``run.json`` settings and status, ``preset.yaml`` the preset as it was at the start, ``lock``,
    ``endpoint.json`` where a live run is reached, ``checkpoints/``, ``logs/``, ``progress.csv`` one line
    per update, ``lineage.jsonl`` what became of which fragment, ``ledger/`` how many each worker's lives have
    made, ``evaluation/``.
    """

    folder: Path
    settings: RunSettings

    @property
    def preset_file(self) -> Path:
        return self.folder / "preset.yaml"

    @property
    def checkpoints(self) -> CheckpointStore:
        return CheckpointStore(self.folder / "checkpoints")

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def progress_file(self) -> Path:
        return self.folder / "progress.csv"

    @property
    def lineage_file(self) -> Path:
        return self.folder / "lineage.jsonl"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    @property
    def evaluation(self) -> Path:
        return self.folder / "evaluation"

    @property
    def endpoint_file(self) -> Path:
        return self.folder / "endpoint.json"

    def load_preset(self) -> Preset:
        """Read the run's own preset. Raises UserError if it was damaged."""
        return load_preset(str(self.preset_file))

    def with_settings(self, **changes: object) -> Run:
        """Change settings (for example ``status="finished"``) and write run.json."""
        run = Run(self.folder, replace(self.settings, **changes))  # type: ignore[arg-type]
        replace_file(self.folder / "run.json", run.settings.to_json())
        return run

    def announce(self, redis_url: str, secret_file: str = "", redis_ca: str = "secret") -> None:
        """Write where this live run is reached, for workers that join it. The trainer's job.

        Of the secret only the name of its file is told.
        """
        endpoint = {"redis_url": redis_url, "secret_file": secret_file, "redis_ca": redis_ca}
        replace_file(self.endpoint_file, json.dumps(endpoint).encode())

    def withdraw(self) -> None:
        """Undo `announce`."""
        self.endpoint_file.unlink(missing_ok=True)

    def redis_url(self) -> str:
        """Return where the live run is reached. Raises UserError if nobody is training it now."""
        return self.endpoint()["redis_url"]

    def endpoint(self) -> dict[str, str]:
        """Return ``redis_url``, ``secret_file`` and ``redis_ca`` (both empty if not needed) of the live run.

        Raises UserError if nobody is training it now.
        """
        if not RunLock(self.folder).is_held():
            raise UserError(
                f"run {self.folder} is not being trained now, so no worker can join it; start it first"
            )
        try:
            found = json.loads(self.endpoint_file.read_bytes())
            return {name: str(found[name]) for name in ("redis_url", "secret_file", "redis_ca")}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"run {self.folder} is still starting ({self.endpoint_file.name} not there yet)"
            ) from error


def is_run(folder: Path) -> bool:
    return (folder / "run.json").is_file()


def open_run(folder: str | Path) -> Run:
    """Open an existing run folder. Raises UserError if it is none."""
    path = Path(folder).expanduser().absolute()
    if not is_run(path):
        what = "has no run.json in it" if path.is_dir() else "does not exist"
        raise UserError(f"{path} is not a run folder (it {what}); give the folder of a training")
    return Run(path, RunSettings.from_json((path / "run.json").read_bytes(), path / "run.json"))


def newest_run(
    root: str | Path = "runs", *, with_checkpoint: bool = True, preset: str | None = None
) -> Path:
    """Return the run folder under `root` that was started or ended last.

    With `with_checkpoint` a run that has none yet is passed over, with `preset` one of another preset. Raises
    UserError if there is no run.
    """
    path = Path(root).expanduser().absolute()
    found = [entry for entry in path.iterdir() if is_run(entry)] if path.is_dir() else []
    if with_checkpoint:
        found = [entry for entry in found if CheckpointStore(entry / "checkpoints").paths()]
    if preset is not None:
        found = [entry for entry in found if open_run(entry).settings.preset == preset]
    if not found:
        kind = "run with a checkpoint" if with_checkpoint else "run"
        raise UserError(f"there is no {kind} in {path}; train first, or name a run folder or a checkpoint")
    return max(found, key=lambda entry: (entry / "run.json").stat().st_mtime_ns)
