"""From what a user names to a checkpoint folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from object_tracker_agent.checkpoints.compare import check_same_preset
from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.checkpoints.store import MANIFEST, CheckpointStore, read_checkpoint, warn_on_stderr
from object_tracker_agent.presets import load_preset

LATEST, BEST = "latest", "best"
SHIPPED = "shipped"  # shipped/approach: the policy of that preset that comes with the workspace


def resolve_checkpoint(
    path: str | Path, preset: str | None = None, *, warn: Callable[[str], None] = warn_on_stderr
) -> Path:
    """Return the folder of the valid checkpoint that `path` names.

    `path` is a run folder or its ``checkpoints`` (then the newest valid one is taken, damaged newer ones
    with a warning), a checkpoint folder, or its checkpoint.json; ``latest`` or ``best`` of the newest run in
    runs/, ``shipped/<preset>`` of what comes with the workspace (a folder of that name goes first),
    RUN/best; s3://bucket/prefix (its latest) or s3://bucket/prefix/best. `best` is what did best in
    evaluations. With `preset` the checkpoint must be of that preset. Raises UserError in one line: not there,
    no checkpoint, damaged, of another preset.
    """
    if str(path).startswith("s3:"):
        found = read_checkpoint(_from_s3(str(path)), optimizer=False)
        if preset:
            check_same_preset(load_preset(preset), found.manifest.preset, f"checkpoint {path}")
        assert found.path is not None
        return found.path
    if str(path) in (LATEST, BEST) and not Path(path).exists():
        from object_tracker_agent.runs import newest_run  # runs builds on checkpoints

        run = newest_run("runs")
        path = run if str(path) == LATEST else run / BEST
    parts = Path(path).parts
    if len(parts) == 2 and parts[0] == SHIPPED and not Path(path).exists():
        from object_tracker_agent.shipped import shipped_checkpoint  # builds on checkpoints, too

        path = shipped_checkpoint(parts[1])
    given = Path(path).expanduser().absolute()
    if given.name == MANIFEST and given.is_file():
        given = given.parent
    if given.name == BEST and not given.exists() and (given.parent / "checkpoints").is_dir():
        raise CheckpointError(f"no checkpoint of {given.parent} has been evaluated yet; evaluate one first")
    if not given.exists():
        raise CheckpointError(f"checkpoint {given} does not exist; give a run folder or a checkpoint folder")
    if (given / MANIFEST).is_file():
        found = read_checkpoint(given, optimizer=False)
    elif (given / "checkpoints").is_dir():
        found = CheckpointStore(given / "checkpoints").newest(optimizer=False, warn=warn)
    elif given.name == BEST and (given / "best.json").is_file():
        found = read_checkpoint(_best_in(given), optimizer=False)
    elif given.name == "checkpoints" and given.is_dir():
        found = CheckpointStore(given).newest(optimizer=False, warn=warn)
    else:
        raise CheckpointError(f"{given} is neither a run folder nor a checkpoint; give one of the two")
    if preset:
        check_same_preset(load_preset(preset), found.manifest.preset, f"checkpoint {found.path}")
    assert found.path is not None  # read_checkpoint sets it
    return found.path


def _from_s3(uri: str) -> Path:
    """Bring a checkpoint here: of a prefix its latest, with /latest or /best at the end that one."""
    from object_tracker_agent.storage import S3Address, S3Prefix, parse_s3
    from object_tracker_agent.storage.checkpoints import S3Checkpoints

    address, name = parse_s3(uri), LATEST
    start, _, end = address.key.rpartition("/")
    if end in (LATEST, BEST):
        address, name = S3Address(address.bucket, start), end
    return S3Checkpoints(S3Prefix(address)).download(name)


def _best_in(folder: Path) -> Path:
    """Return the checkpoint that a run's best.json names."""
    from object_tracker_agent.storage.pointer import MAX_BYTES, Pointer

    file = folder / "best.json"
    try:
        with file.open("rb") as stream:
            return folder / f"{Pointer.from_json(stream.read(MAX_BYTES)).update:06d}"
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{file} is damaged: {error}; evaluate this run again") from error
