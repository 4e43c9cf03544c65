"""A run and its prefix: s3.json in the run folder, and a run taken up from S3 on another machine."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs.folder import Run
from object_tracker_agent.runs.settings import RunSettings
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
