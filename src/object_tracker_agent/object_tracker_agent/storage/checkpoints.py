"""Checkpoints below a prefix: immutable objects first, the pointer to them last."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.checkpoints.manifest import Manifest
from object_tracker_agent.checkpoints.store import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    OPTIMIZER,
    POLICY,
    read_checkpoint,
    read_manifest,
)
from object_tracker_agent.durable_files import sync_folder, temporary_name, why, write_and_sync
from object_tracker_agent.storage.client import S3Prefix
from object_tracker_agent.storage.errors import ConflictError, DamagedError, NotThereError
from object_tracker_agent.storage.pointer import BEST, LATEST, MAX_BYTES, Pointer, checkpoints_of, pointer_key

FILES = (POLICY, OPTIMIZER, MANIFEST)  # in the order in which they are written
Files = dict[str, bytes]


def cache_folder() -> Path:
    """Return where downloaded checkpoints are kept, named by their content."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).expanduser() / "object_tracker" / "checkpoints"


def local_files(folder: Path) -> Files:
    """Read the files of a local checkpoint. Raises FileNotFoundError if it has been removed meanwhile."""
    return {name: (folder / name).read_bytes() for name in FILES}


def pointer_to(files: Files, run_id: str, successes: int = 0, trials: int = 0) -> Pointer:
    """Return the pointer to a checkpoint. Raises ValueError if its manifest is damaged."""
    manifest = Manifest.from_json(files[MANIFEST])
    digest = hashlib.sha256(files[MANIFEST]).hexdigest()
    name = str(manifest.preset.get("name"))
    return Pointer(run_id, manifest.update, manifest.steps, name, digest, successes, trials)


class S3Checkpoints:
    """The part ``model/`` of a prefix."""

    def __init__(self, prefix: S3Prefix) -> None:
        self.prefix = prefix

    def pointer(self, name: str) -> tuple[Pointer, str] | None:
        """Return the pointer ``latest`` or ``best`` with its tag, None if there is none yet."""
        try:
            stored = self.prefix.read(pointer_key(name), MAX_BYTES)
        except NotThereError:
            return None
        try:
            return Pointer.from_json(stored.data), stored.etag
        except ValueError as error:
            raise DamagedError(f"{self.prefix}/{pointer_key(name)} is damaged: {error}") from error

    def put(self, name: str, pointer: Pointer, files: Files) -> None:
        """Write the files that `pointer`, to be called `name`, is about; those there already stay."""
        folder = pointer.folder(name)
        for file in FILES:
            key = f"{folder}/{file}"
            try:
                self.prefix.create(key, files[file])
            except ConflictError:
                # The name holds the content's checksum, so it is ours of an earlier try, unless damaged
                if self.prefix.read(key, len(files[file])).data != files[file]:
                    raise DamagedError(f"{self.prefix}/{key} holds something else; remove it") from None

    def point(self, name: str, pointer: Pointer, etag: str | None) -> str:
        """Move a pointer from what it was when read (`etag`; None: not there). Raises ConflictError."""
        key = pointer_key(name)
        if etag is None:
            return self.prefix.create(key, pointer.to_json())
        return self.prefix.replace(key, pointer.to_json(), etag)

    def download(self, name: str, folder: Path | None = None) -> Path:
        """Bring the checkpoint that ``latest`` or ``best`` names here, checked; return its folder.

        `folder` is the folder to put it into, under its update's number; by default a cache of the user's.
        Raises NotThereError (no such pointer), DamagedError, UnavailableError.
        """
        tried: Pointer | None = None
        while True:
            found = self.pointer(name)
            if found is None:
                hint = "evaluate a checkpoint of it first" if name == BEST else "train first or name another"
                raise NotThereError(f"{self.prefix} has no {name} checkpoint; {hint}")
            pointer = found[0]
            source, number = pointer.folder(name), f"{pointer.update:06d}"
            try:
                if folder is not None:
                    return self._bring(pointer, source, folder / number)
                own = cache_folder() / pointer.manifest_sha256 / number
                return own if _is_good(own, pointer) else self._bring(pointer, source, own)
            except NotThereError as error:
                if pointer == tried:
                    raise DamagedError(f"the {name} checkpoint is damaged: {error}") from error
                tried = pointer  # a training under way may have moved the pointer and removed what it named

    def tidy(self, run_id: str, newest: Pointer, keep: int) -> None:
        """Remove the run's checkpoints but the `keep` newest up to `newest`, and whatever a pointer names."""
        kept = {newest.folder(LATEST)}
        if (found := self.pointer(LATEST)) is not None:
            kept.add(found[0].folder(LATEST))
        updates: dict[str, int] = {}
        keys = self.prefix.keys(checkpoints_of(run_id))
        for key in keys:
            if match := re.fullmatch(r"(.*/([0-9]{6,12})-[0-9a-f]{16})/[^/]+", key):
                updates[match[1]] = int(match[2])
        older = [folder for folder, update in updates.items() if update <= newest.update]
        kept.update(sorted(older, key=updates.__getitem__)[-keep:])
        for key in keys:
            folder = key.rpartition("/")[0]
            if folder in updates and folder not in kept:
                self.prefix.delete(key)

    def _bring(self, pointer: Pointer, source: str, target: Path) -> Path:
        files = self._read(pointer, source)
        temporary = temporary_name(target)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.mkdir()
            for file, data in files.items():
                write_and_sync(temporary / file, data)
            read_checkpoint(temporary)  # all that can be checked is, before anybody finds it
            if target.exists():
                shutil.rmtree(target)
            temporary.rename(target)
            sync_folder(target.parent)
        except OSError as error:
            raise CheckpointError(f"cannot write {target}: {why(error)}") from error
        except CheckpointError as error:
            raise DamagedError(f"{self.prefix}/{source} is damaged: {error}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return target

    def _read(self, pointer: Pointer, source: str) -> Files:
        where = f"{self.prefix}/{source}"
        text = self.prefix.read(f"{source}/{MANIFEST}", MAX_MANIFEST_BYTES).data
        if hashlib.sha256(text).hexdigest() != pointer.manifest_sha256:
            raise DamagedError(f"{where} is damaged: {MANIFEST} is not the one that the pointer names")
        try:
            manifest = Manifest.from_json(text)
        except ValueError as error:
            raise DamagedError(f"{where} is damaged: {MANIFEST} is {error}") from error
        if manifest.update != pointer.update:
            raise DamagedError(f"{where} is damaged: it is of update {manifest.update}, not {pointer.update}")
        files = {}
        for file in (POLICY, OPTIMIZER):
            record = manifest.files.get(file)
            if record is None:
                raise DamagedError(f"{where} is damaged: its manifest does not name {file}")
            data = self.prefix.read(f"{source}/{file}", record.size).data
            if len(data) != record.size or hashlib.sha256(data).hexdigest() != record.sha256:
                raise DamagedError(f"{where} is damaged: the checksum of {file} does not match")
            files[file] = data
        return {**files, MANIFEST: text}


def _is_good(folder: Path, pointer: Pointer) -> bool:
    try:
        read_checkpoint(folder)
        text = (folder / MANIFEST).read_bytes()
        return (
            hashlib.sha256(text).hexdigest() == pointer.manifest_sha256
            and read_manifest(folder).update == pointer.update
        )
    except (CheckpointError, OSError):
        return False
