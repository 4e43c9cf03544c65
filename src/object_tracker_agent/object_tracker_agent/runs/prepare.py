"""Creating a run folder, or taking up one that is there."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from object_tracker_agent.checkpoints import check_same_preset, software_versions
from object_tracker_agent.durable_files import replace_file, temporary_name, why
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.runs.folder import Run, is_run, open_run
from object_tracker_agent.runs.lock import RunLock
from object_tracker_agent.runs.settings import RunSettings

DEFAULT_PRESET = "approach"


def prepare_run(
    output_dir: str | Path | None = None,
    preset: str | None = None,
    world: str | None = None,
    seed: int | None = None,
    total_steps: int | None = None,
    resume: bool = True,
    *,
    arenas: int | None = None,
    workers: int = 1,
    max_policy_lag: int | None = None,
    device: str = "auto",
    root: str | Path = "runs",
) -> Run:
    """Create the run folder of a training, or take up the one that is there.

    None (or an empty text) means: as in the run when one is taken up; else the preset ``approach``,
    seed 0, and the preset's own world, total_steps, arenas and max_policy_lag. Without `output_dir` the
    folder is ``<root>/<preset>-<UTC time>``. A folder with a checkpoint is taken up unless `resume` is False; one
    without is started anew.

    Raises UserError: not a run folder, not writable, being trained by somebody, to be resumed with another
    preset, world or seed, resumed although `resume` is False, or already finished.
    """
    wishes = _Wishes(world or None, seed, total_steps, arenas, workers, max_policy_lag, device)
    if not output_dir:
        chosen = load_preset(preset or DEFAULT_PRESET)
        return _create(unused_name(Path(root).expanduser().absolute(), chosen.name), chosen, wishes)
    folder = Path(output_dir).expanduser().absolute()
    if is_run(folder):
        run = open_run(folder)
        _check_writable(folder)
        with RunLock(folder):
            if not run.checkpoints.paths():
                return _create(folder, load_preset(preset or run.preset_file), wishes)
            if not resume:
                raise UserError(f"run {folder} has a checkpoint; use resume:=true or another output_dir")
            if preset:
                check_same_preset(load_preset(preset), run.load_preset().to_dict(), f"run {folder}")
            return _resume(run, wishes)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"output_dir {folder} is a file; give a new folder or the folder of a run")
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(
            f"output_dir {folder} is neither empty nor a run folder (no run.json in it); give a new folder"
        )
    return _create(folder, load_preset(preset or DEFAULT_PRESET), wishes)


@dataclass(frozen=True)
class _Wishes:
    """What the user asked for; None leaves the choice to the run or the preset."""

    world: str | None
    seed: int | None
    total_steps: int | None
    arenas: int | None
    workers: int
    max_policy_lag: int | None
    device: str


def _create(folder: Path, preset: Preset, wishes: _Wishes) -> Run:
    settings = RunSettings(
        run_id=secrets.token_hex(8),
        preset=preset.name,
        world=wishes.world or preset.world,
        seed=0 if wishes.seed is None else wishes.seed,
        total_steps=preset.training.total_steps if wishes.total_steps is None else wishes.total_steps,
        arenas=preset.training.arenas if wishes.arenas is None else wishes.arenas,
        workers=wishes.workers,
        max_policy_lag=(
            preset.algorithm.max_policy_lag if wishes.max_policy_lag is None else wishes.max_policy_lag
        ),
        device=wishes.device,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        software=software_versions(),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot create the run folder {folder}: {why(error)}") from error
    _check_writable(folder)
    run = Run(folder, settings)
    shutil.rmtree(run.ledger, ignore_errors=True)  # of a run that had no checkpoint yet
    run.lineage_file.unlink(missing_ok=True)
    run.logs.mkdir(exist_ok=True)
    run.checkpoints.folder.mkdir(exist_ok=True)
    replace_file(run.preset_file, preset.to_yaml().encode())
    return run.with_settings()  # run.json comes last: with it the folder is a run


def _resume(run: Run, wishes: _Wishes) -> Run:
    folder, own = run.folder, run.settings
    for name, given, kept in (("world", wishes.world, own.world), ("seed", wishes.seed, own.seed)):
        if given is not None and given != kept:
            raise UserError(
                f"run {folder} was started with {name} {kept}, not {given}; leave {name} out to resume it"
            )
    steps = run.checkpoints.newest().manifest.steps
    wanted = own.total_steps if wishes.total_steps is None else wishes.total_steps
    if steps >= wanted:
        raise UserError(
            f"run {folder} is finished: {steps} steps done of {wanted}; "
            f"to go on with it, give a larger total_steps (total_steps:={2 * steps}), else another output_dir"
        )
    settings = replace(
        own,
        total_steps=wanted,
        arenas=own.arenas if wishes.arenas is None else wishes.arenas,
        workers=wishes.workers,
        max_policy_lag=own.max_policy_lag if wishes.max_policy_lag is None else wishes.max_policy_lag,
        device=wishes.device,
        software=software_versions(),
    )
    return Run(folder, settings).with_settings(status="prepared")


def unused_name(root: Path, preset: str) -> Path:
    """Return the folder for a new run of a preset: its name and the time."""
    stem = f"{preset}-{datetime.now(timezone.utc):%Y%m%d-%H%M%S}"
    folder, number = root / stem, 2
    while folder.exists():
        folder, number = root / f"{stem}-{number}", number + 1
    return folder


def _check_writable(folder: Path) -> None:
    # Tried rather than asked: access() says yes to root on a read-only or full disk.
    probe = temporary_name(folder / "probe")
    try:
        probe.write_bytes(b"writable")
    except OSError as error:
        raise UserError(f"cannot write to the run folder {folder}: {why(error)}") from error
    finally:
        probe.unlink(missing_ok=True)
