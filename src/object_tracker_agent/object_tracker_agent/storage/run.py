"""A run and its prefix: s3.json in the run folder, and a run taken up from S3 on another machine."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from object_tracker_agent.checkpoints import CheckpointStore, check_same_preset
from object_tracker_agent.checkpoints.store import read_manifest
from object_tracker_agent.durable_files import replace_file, why
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.runs import Run, RunLock, RunSettings, open_run, prepare_run
from object_tracker_agent.runs.folder import is_run
from object_tracker_agent.runs.prepare import unused_name
from object_tracker_agent.storage.checkpoints import S3Checkpoints
from object_tracker_agent.storage.claim import HeldClaim, read_claim
from object_tracker_agent.storage.client import S3Prefix
from object_tracker_agent.storage.errors import DamagedError, UnavailableError
from object_tracker_agent.storage.pointer import LATEST, Pointer, read_object
from object_tracker_agent.storage.uploader import Uploader

FILE = "s3.json"


@dataclass(frozen=True)
class SavedRun:
    """What a prefix holds of a run."""

    store: S3Checkpoints
    settings: RunSettings
    latest: Pointer


def saved_run(s3_uri: str) -> SavedRun | None:
    """Return the run whose checkpoints a prefix holds, None if it holds none. Raises StorageError."""
    prefix = S3Prefix(s3_uri)
    store = S3Checkpoints(prefix)
    found, claim = store.pointer(LATEST), read_claim(prefix)
    if found is None:
        return None
    if claim is None or claim[0].run_id != found[0].run_id:
        raise DamagedError(f"{prefix} is damaged: model/run.json does not belong to model/latest.json")
    text = json.dumps(claim[0].settings).encode()
    settings = RunSettings.from_json(text, Path(f"{prefix}/model/run.json"))
    if settings.run_id != found[0].run_id:
        raise DamagedError(f"{prefix} is damaged: the settings in model/run.json are of another run")
    return SavedRun(store, settings, found[0])


def s3_uri_of(folder: Path) -> str | None:
    """Return the prefix that the run in `folder` is saved to, None if it is not."""
    values = _read(folder)
    return None if values is None else values["s3_uri"]


def begin_uploads(run: Run, s3_uri: str, keep: int, say: Callable[[str], None]) -> Uploader:
    """Take the prefix for this run and start to bring its checkpoints there.

    Raises UserError: the prefix is of another run, another trainer of this one is alive, S3 refuses. A run
    that had the prefix before begins although S3 cannot be reached now, and takes it when it can.
    """
    known = _read(run.folder)
    had = known is not None and known["s3_uri"] == s3_uri
    holder = known["holder"] if known is not None and had else secrets.token_hex(8)
    prefix = S3Prefix(s3_uri)
    claim = HeldClaim(prefix, run.settings.run_id, holder, asdict(run.settings))
    try:
        claim.acquire(say)
    except UnavailableError as error:
        if not had:
            raise
        say(f"warning: no checkpoint goes to S3 now, training goes on: {error}")
    replace_file(run.folder / FILE, json.dumps({"format": 1, "s3_uri": s3_uri, "holder": holder}).encode())
    return Uploader(S3Checkpoints(prefix), claim, run.settings.run_id, keep, say)


@contextmanager
def uploading(run: Run, s3_uri: str, keep: int, stop: object) -> Iterator[Callable[[Path], None]]:
    """Give what the trainer is to call with each durable checkpoint; at the end wait for the last one.

    `stop` is true once a stop is asked for. Raises UserError as `begin_uploads` does, and at the end when the
    last checkpoint is not in S3; after another error only that one is told.
    """
    uploader = begin_uploads(run, s3_uri, keep, lambda line: print(line, flush=True))
    if paths := run.checkpoints.paths():
        uploader.offer(paths[-1])  # of an earlier session, which may have ended without S3
    try:
        yield uploader.offer
    except BaseException:
        with contextlib.suppress(UserError):
            uploader.finish(lambda: True)
        raise
    uploader.finish(lambda: bool(stop))
    print(f"checkpoint of update {uploader.uploaded} is in {s3_uri}", flush=True)


def prepare_saved_run(
    s3_uri: str,
    output_dir: str | Path | None = None,
    preset: str | None = None,
    resume: bool = True,
    *,
    root: str | Path = "runs",
    **wishes: Any,
) -> Run:
    """Do what runs.prepare_run does, but take up the run that a prefix holds, if it holds one.

    Its newest checkpoint is brought into the run folder (a new one, unless `output_dir` is that run's and is
    as new). While S3 is away a run that is saved there goes on from what its folder has. Raises UserError:
    another run's folder, another preset, `resume` is False; StorageError.
    """
    folder = Path(output_dir).expanduser().absolute() if output_dir else None
    try:
        saved = saved_run(s3_uri)
    except UnavailableError:
        if folder is None or not _goes_on_without(s3_uri, folder):
            raise
        saved = None  # the trainer says that nothing goes there now, and its claim keeps two from meeting
    if saved is None or (folder is not None and folder.exists() and not _may_take_up(folder, saved)):
        return prepare_run(output_dir, preset, resume=resume, root=root, **wishes)
    if not resume:
        raise UserError(
            f"{s3_uri} has a checkpoint (update {saved.latest.update}); use resume:=true or another s3_uri"
        )
    if folder is not None and is_run(folder) and (paths := CheckpointStore(folder / "checkpoints").paths()):
        if int(paths[-1].name) < saved.latest.update:
            with RunLock(folder):
                saved.store.download(LATEST, folder / "checkpoints")
        return prepare_run(folder, preset, resume=resume, root=root, **wishes)
    folder = folder or unused_name(Path(root).expanduser().absolute(), saved.settings.preset)
    existed = folder.exists()
    try:
        _bring(saved, folder, preset)
        return prepare_run(folder, preset, resume=resume, root=root, **wishes)
    except UserError:
        if not existed:  # a launch that is refused leaves nothing behind
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _goes_on_without(s3_uri: str, folder: Path) -> bool:
    return is_run(folder) and s3_uri_of(folder) == s3_uri and bool(open_run(folder).checkpoints.paths())


def _may_take_up(folder: Path, saved: SavedRun) -> bool:
    """Tell whether the saved run can go into a folder that exists; prepare_run refuses the others."""
    if not folder.is_dir():
        return False
    if not is_run(folder):
        return not any(folder.iterdir())
    run = open_run(folder)
    if run.settings.run_id != saved.settings.run_id and run.checkpoints.paths():
        raise UserError(
            f"{saved.store.prefix} holds the checkpoints of another run ({saved.settings.run_id}) than"
            f" {folder}; use another s3_uri, or a new output_dir to go on with that run"
        )
    return True


def _bring(saved: SavedRun, folder: Path, preset: str | None) -> None:
    checkpoint = saved.store.download(LATEST)  # into the cache: nothing is left behind if it is refused
    own = read_manifest(checkpoint).preset
    if preset:
        check_same_preset(load_preset(preset), own, f"the run in {saved.store.prefix}")
    content = Preset.from_dict(own, f"{saved.store.prefix}: preset").to_yaml()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        run = Run(folder, saved.settings)
        run.logs.mkdir(exist_ok=True)
        run.checkpoints.folder.mkdir(exist_ok=True)
        saved.store.download(LATEST, run.checkpoints.folder)
    except OSError as error:
        raise UserError(f"cannot create the run folder {folder}: {why(error)}") from error
    replace_file(run.preset_file, content.encode())
    run.with_settings(status="prepared")  # run.json comes last: with it the folder is a run


def _read(folder: Path) -> dict[str, str] | None:
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"cannot read {folder / FILE}: {error.strerror}") from error
    try:
        return read_object(data, {"s3_uri": "str", "holder": "str"})
    except ValueError as error:
        raise UserError(f"{folder / FILE} is damaged: {error}; remove it and give s3_uri again") from error
