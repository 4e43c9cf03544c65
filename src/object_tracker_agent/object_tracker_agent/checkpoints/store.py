"""The checkpoints of a run: written whole or not at all, the last few kept, the newest valid one found."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.checkpoints.manifest import FileRecord, Manifest, software_versions
from object_tracker_agent.checkpoints.tensors import Arrays, from_bytes, to_bytes
from object_tracker_agent.durable_files import (
    TEMPORARY_PREFIX,
    sync_folder,
    temporary_name,
    why,
    write_all_and_sync,
)

MANIFEST = "checkpoint.json"
POLICY = "policy.safetensors"
OPTIMIZER = "optimizer.safetensors"
KEEP = 5
MAX_MANIFEST_BYTES = 16 << 20


def warn_on_stderr(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory."""

    manifest: Manifest
    policy: Arrays  # parameters by name
    optimizer: Arrays | None  # None when only the policy was wanted
    path: Path | None = None  # where it was read from


class CheckpointStore:
    """The folder ``checkpoints/`` of a run: one folder per checkpoint, named by its update, six digits."""

    def __init__(self, folder: Path, keep: int = KEEP, keep_every: int = 0) -> None:
        """Keep the last `keep`, and those whose update is a multiple of `keep_every` unless that is 0."""
        self.folder = folder
        self.keep = keep
        self.keep_every = keep_every

    def paths(self) -> list[Path]:
        """Return the checkpoints' folders, oldest first; whether they are valid is not looked at."""
        if not self.folder.is_dir():
            return []
        found = [entry for entry in self.folder.iterdir() if entry.name.isdecimal() and entry.is_dir()]
        return sorted(found, key=lambda entry: int(entry.name))

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint so that it is there whole and durable when this returns.

        Then removes older ones that are not to be kept, and what a crash left. Raises CheckpointError when
        the disk is full or refuses; then nothing of it is left and the older ones are as they were.
        """
        path = self.folder / f"{checkpoint.manifest.update:06d}"
        temporary = temporary_name(path)
        files = {POLICY: to_bytes(checkpoint.policy), OPTIMIZER: to_bytes(checkpoint.optimizer or {})}
        records = {name: FileRecord.of(data) for name, data in files.items()}
        manifest = replace(checkpoint.manifest, files=records, software=software_versions())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.mkdir()
            contents = {**files, MANIFEST: manifest.to_json()}
            write_all_and_sync({temporary / name: data for name, data in contents.items()})
            sync_folder(temporary)
            if path.exists():  # a damaged one that was passed over, or a fork of the same run
                shutil.rmtree(path)
            temporary.rename(path)
            sync_folder(self.folder)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            raise CheckpointError(
                f"cannot write checkpoint {path}: {why(error)}; the last one stays valid"
            ) from error
        self._tidy(path)
        return path

    def newest(self, *, optimizer: bool = True, warn: Callable[[str], None] = warn_on_stderr) -> Checkpoint:
        """Read the newest valid checkpoint; damaged newer ones are passed over with a warning.

        Raises CheckpointError if there is none.
        """
        paths = self.paths()
        problem: CheckpointError | None = None
        for path in reversed(paths):
            try:
                found = read_checkpoint(path, optimizer=optimizer)
            except CheckpointError as error:
                problem = error
                if path != paths[0]:
                    warn(f"warning: {error}; trying the one before it")
                continue
            return found
        if problem is not None:
            raise CheckpointError(
                f"no checkpoint in {self.folder} is valid; name another run, or begin a new one;"
                f" the oldest: {problem}"
            ) from problem
        raise CheckpointError(f"there is no checkpoint in {self.folder} yet; train first or name another run")

    def _tidy(self, newest: Path) -> None:
        paths = self.paths()
        # After a return to an older checkpoint those with higher numbers belong to a lineage given up.
        stale = [path for path in paths if int(path.name) > int(newest.name)]
        kept = [path for path in paths if path not in stale][-self.keep :]
        if self.keep_every:
            kept += [path for path in paths if int(path.name) % self.keep_every == 0 and path not in stale]
        left_over = [entry for entry in self.folder.iterdir() if entry.name.startswith(TEMPORARY_PREFIX)]
        for entry in [*(path for path in paths if path not in kept), *left_over]:
            shutil.rmtree(entry, ignore_errors=True)


def read_checkpoint(path: Path, *, optimizer: bool = True) -> Checkpoint:
    """Read the checkpoint in the folder `path` after checking sizes and checksums.

    With `optimizer` False the optimiser's file is not touched. Raises CheckpointError: which file, what is
    wrong. Whether the arrays fit a network is for the network's owner to check (policies.arrays).
    """
    manifest = read_manifest(path)
    policy = _read_arrays(path / POLICY, manifest)
    return Checkpoint(manifest, policy, _read_arrays(path / OPTIMIZER, manifest) if optimizer else None, path)


def read_manifest(path: Path) -> Manifest:
    """Read and check checkpoint.json in the folder `path`. Raises CheckpointError."""
    file = path / MANIFEST
    try:
        _refuse_link(file)
        if file.stat().st_size > MAX_MANIFEST_BYTES:
            raise CheckpointError(f"{file} is not a checkpoint's manifest (too large)")
        return Manifest.from_json(file.read_bytes())
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} is not a checkpoint (no {MANIFEST} in it)") from error
    except OSError as error:
        raise CheckpointError(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise CheckpointError(f"checkpoint {path} is damaged: {MANIFEST} is {error}") from error


def _read_arrays(file: Path, manifest: Manifest) -> Arrays:
    record = manifest.files.get(file.name)
    if record is None:
        raise CheckpointError(f"checkpoint {file.parent} is damaged: its manifest does not name {file.name}")
    try:
        _refuse_link(file)
        size = file.stat().st_size
        if size != record.size:
            kind = "truncated" if size < record.size else "too long"
            raise CheckpointError(
                f"checkpoint {file.parent} is damaged: {file.name} is {kind} ({size} of {record.size} bytes)"
            )
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"checkpoint {file.parent} is damaged: {file.name} is missing") from error
    except OSError as error:
        raise CheckpointError(f"cannot read {file}: {error.strerror}") from error
    if FileRecord.of(data) != record:
        raise CheckpointError(
            f"checkpoint {file.parent} is damaged: the checksum of {file.name} does not match"
        )
    try:
        return from_bytes(data)
    except ValueError as error:
        raise CheckpointError(f"checkpoint {file.parent} is damaged: {file.name} is {error}") from error


def _refuse_link(file: Path) -> None:
    """Raise CheckpointError unless this is a plain file: no checkpoint leads out of its folder."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise CheckpointError(f"checkpoint {file.parent} is damaged: {file.name} is not a plain file")
