"""The best checkpoint by evaluation: copies in the run folder and in S3 that no tidying touches."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.checkpoints import read_checkpoint
from object_tracker_agent.durable_files import replace_file, sync_folder, temporary_name, why, write_and_sync
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs.folder import is_run, open_run
from object_tracker_agent.storage.address import S3Address, parse_s3
from object_tracker_agent.storage.checkpoints import S3Checkpoints, local_files, pointer_to
from object_tracker_agent.storage.client import S3Prefix
from object_tracker_agent.storage.errors import ConflictError
from object_tracker_agent.storage.pointer import BEST, LATEST, MAX_BYTES, Pointer
from object_tracker_agent.storage.run import s3_uri_of

FILE = "best.json"
TRIES = 5  # of moving the pointer while others do


def is_better(new: Pointer, old: Pointer | None) -> bool:
    """Tell whether `new` is the best now: by the lower bound of its success rate, ties to the newer.

    The bound (Wilson, 95 %) keeps one lucky trial from beating nineteen successes in twenty.
    """
    from object_tracker_agent.evaluation.summary import wilson_interval

    if old is None or old.trials == 0:
        return True
    if new.trials == 0:
        return False
    return wilson_interval(new.successes, new.trials)[0] >= wilson_interval(old.successes, old.trials)[0]


@dataclass(frozen=True)
class Candidate:
    """A checkpoint under evaluation, read before: a training under way may remove its files meanwhile."""

    files: dict[str, bytes]
    run_folder: Path | None
    s3_uri: str | None

    @classmethod
    def of(cls, checkpoint: Path, s3_uri: str = "") -> Candidate:
        """Read a checkpoint; `s3_uri` is where it comes from, if it does. Raises UserError."""
        folder = checkpoint.parent.parent
        inside = checkpoint.parent.name in ("checkpoints", BEST) and is_run(folder)
        uri = prefix_of(s3_uri) if s3_uri else (s3_uri_of(folder) if inside else None)
        if not inside and uri is None:  # the shipped ones, for example, which have no optimiser
            return cls({}, None, None)
        try:
            return cls(local_files(checkpoint), folder if inside else None, uri)
        except OSError as error:
            raise UserError(f"cannot read checkpoint {checkpoint}: {why(error)}") from error

    def record(self, successes: int, trials: int) -> list[str]:
        """Make it the best of its run and of its prefix if it is; return what to say.

        Raises UserError when that cannot be written.
        """
        said = []
        if self.run_folder is not None:
            run_id = open_run(self.run_folder).settings.run_id
            if keep_best(
                self.run_folder / BEST, self.files, pointer_to(self.files, run_id, successes, trials)
            ):
                said.append(f"the best so far of run {self.run_folder}: checkpoint:={self.run_folder / BEST}")
        if self.s3_uri is not None:
            store = S3Checkpoints(S3Prefix(self.s3_uri))
            known = store.pointer(LATEST) or store.pointer(BEST)
            if known is not None and publish_best(
                store, self.files, pointer_to(self.files, known[0].run_id, successes, trials)
            ):
                said.append(f"the best so far of {self.s3_uri}: checkpoint:={self.s3_uri}/{BEST}")
        return said


def prefix_of(uri: str) -> str:
    """Return the prefix of a checkpoint's address, which may end in /latest or /best."""
    address = parse_s3(uri)
    start, _, end = address.key.rpartition("/")
    return str(S3Address(address.bucket, start) if end in (LATEST, BEST) else address)


def keep_best(folder: Path, files: dict[str, bytes], pointer: Pointer) -> bool:
    """Put a checkpoint into the run's folder ``best`` if it is better than what is there."""
    if not is_better(pointer, _local(folder)):
        return False
    target = folder / f"{pointer.update:06d}"
    temporary = temporary_name(target)
    try:
        folder.mkdir(exist_ok=True)
        temporary.mkdir()
        for name, data in files.items():
            write_and_sync(temporary / name, data)
        read_checkpoint(temporary)
        if target.exists():
            shutil.rmtree(target)
        temporary.rename(target)
        sync_folder(folder)
        replace_file(folder / FILE, pointer.to_json())
    except OSError as error:
        raise UserError(f"cannot write {target}: {why(error)}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    for other in folder.iterdir():
        if other.name.isdecimal() and other != target:
            shutil.rmtree(other, ignore_errors=True)
    return True


def publish_best(store: S3Checkpoints, files: dict[str, bytes], pointer: Pointer) -> bool:
    """Move a prefix's ``best`` to this checkpoint if it is better than what it names."""
    for _ in range(TRIES):
        found = store.pointer(BEST)
        old, etag = found if found is not None else (None, None)
        if not is_better(pointer, old):
            return False
        store.put(BEST, pointer, files)
        try:
            store.point(BEST, pointer, etag)
        except ConflictError:
            continue  # another evaluation was quicker
        if old is not None and old.folder(BEST) != pointer.folder(BEST):
            for key in store.prefix.keys(old.folder(BEST)):
                store.prefix.delete(key)
        return True
    raise ConflictError(f"{store.prefix}: other evaluations keep moving its best; evaluate again")


def _local(folder: Path) -> Pointer | None:
    try:
        with (folder / FILE).open("rb") as file:
            return Pointer.from_json(file.read(MAX_BYTES))
    except (OSError, ValueError):
        return None  # none yet, or damaged: any evaluation is better
