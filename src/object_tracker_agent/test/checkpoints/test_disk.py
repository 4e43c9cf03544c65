"""A disk that is full, and a process that is killed, while a checkpoint is written."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from object_tracker_agent.checkpoints import Checkpoint, CheckpointError, CheckpointStore
from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError

Make = Callable[..., Checkpoint]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Have the kernel let no file grow beyond `size` [byte]: a real failure in the middle of a write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [0, 100, 70_000, 300_000])
def test_old_one_stays_valid_when_a_write_fails(store: CheckpointStore, checkpoint: Make, size: int) -> None:
    store.save(checkpoint(1, size=256))
    with largest_file(size), pytest.raises(CheckpointError, match="cannot write checkpoint") as caught:
        store.save(checkpoint(2, size=512))
    assert "\n" not in str(caught.value)
    assert [entry.name for entry in store.folder.iterdir()] == ["000001"]
    assert store.newest().manifest.update == 1
    store.save(checkpoint(2, size=512))
    assert store.newest().manifest.update == 2


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    replace_file(file, b"old")
    with largest_file(10), pytest.raises(UserError, match="cannot write"):
        replace_file(file, b"new" * 10)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip("may not mount a file system here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk(small_disk: Path, checkpoint: Make) -> None:
    store = CheckpointStore(small_disk / "checkpoints")
    store.save(checkpoint(1, size=128))
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096 - 65536))
    with pytest.raises(CheckpointError, match="No space left on device; make room") as caught:
        store.save(checkpoint(2, size=128))
    assert "the last one stays valid" in str(caught.value)
    assert [entry.name for entry in store.folder.iterdir()] == ["000001"]
    assert store.newest().manifest.update == 1


SAVE_FOR_EVER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from conftest import make_checkpoint
from object_tracker_agent.checkpoints import CheckpointStore
store, update = CheckpointStore(Path(sys.argv[2])), int(sys.argv[3])
while True:
    update += 1
    store.save(make_checkpoint(update, size=200))
    print(update, flush=True)
"""


@pytest.mark.parametrize("round_", range(3))
def test_killed_while_saving(store: CheckpointStore, round_: int) -> None:
    """kill -9 at any moment leaves a valid checkpoint, and never an older one than was reported durable."""
    update = 0
    for moment in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVE_FOR_EVER, Path(__file__).parent, store.folder, str(update)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout is not None
        reported = [int(process.stdout.readline()) for _ in range(3 + moment)]
        time.sleep(
            0.0007 * (4 * round_ + moment)
        )  # somewhere in the next save, which takes a few milliseconds
        process.kill()
        rest, _ = process.communicate()
        reported += [int(line) for line in rest.split()]
        update = store.newest(warn=pytest.fail).manifest.update
        assert update in (reported[-1], reported[-1] + 1)
