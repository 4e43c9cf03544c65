from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from object_tracker_agent.private_folder import PrivateFolder, remove_abandoned


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_only_its_user_can_enter_and_it_goes(tmp_path: Path) -> None:
    folder = PrivateFolder()
    assert folder.path.parent == tmp_path
    assert folder.path.stat().st_mode & 0o777 == 0o700
    folder.remove()
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_living_owner_keeps_its_folder() -> None:
    folder = PrivateFolder()
    remove_abandoned()
    other = PrivateFolder()
    assert folder.path.is_dir()
    folder.remove()
    other.remove()


def test_the_folder_of_a_killed_owner_goes_with_the_next_start(tmp_path: Path) -> None:
    code = (
        "import os, signal; from object_tracker_agent.private_folder import PrivateFolder;"
        "f = PrivateFolder(); print(f.path, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    left = Path(result.stdout.strip())
    assert left.parent == tmp_path, result.stderr
    assert left.is_dir()
    folder = PrivateFolder()
    assert not left.exists()
    folder.remove()
