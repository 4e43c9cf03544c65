"""The private Gazebo as one file: the same after export and import; what is not whole is refused."""

from __future__ import annotations

import random
import subprocess
import tarfile
from pathlib import Path

import pytest


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A small prefix of the private Gazebo's shape."""
    prefix = tmp_path / "gazebo-key"
    for folder in ("root/usr/bin", "root/usr/lib/x86_64-linux-gnu", "lib"):
        (prefix / folder).mkdir(parents=True)
    gzserver = prefix / "root/usr/bin/gzserver"
    gzserver.write_text("program")
    gzserver.chmod(0o755)
    (prefix / "root/usr/lib/x86_64-linux-gnu/libgazebo.so").write_bytes(random.Random(0).randbytes(100_000))
    (prefix / "lib/libgazebo.so").symlink_to("../root/usr/lib/x86_64-linux-gnu/libgazebo.so")
    return prefix


def archive(root: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = root / "embedded/gazebo/archive.sh"
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def assert_refused(done: subprocess.CompletedProcess[str], file: Path, target: Path) -> None:
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    assert done.returncode == 1
    assert len(errors) == 1
    assert str(file) in errors[0]
    assert list(target.parent.iterdir()) == []


def test_export_then_import_gives_the_same(root: Path, tmp_path: Path, prefix: Path) -> None:
    file, copy = tmp_path / "gazebo.tar", tmp_path / "cache/gazebo-key"
    assert archive(root, "export", prefix, file).returncode == 0
    assert archive(root, "import", file, copy).returncode == 0
    assert subprocess.run(["diff", "-r", "--no-dereference", prefix, copy], check=False).returncode == 0
    assert (copy / "root/usr/bin/gzserver").stat().st_mode & 0o111
    assert sorted(path.name for path in copy.parent.iterdir()) == ["gazebo-key"]


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.9])
def test_truncated_file_is_refused(root: Path, tmp_path: Path, prefix: Path, kept: float) -> None:
    file, copy = tmp_path / "gazebo.tar", tmp_path / "cache/gazebo-key"
    archive(root, "export", prefix, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * kept)])
    assert_refused(archive(root, "import", file, copy), file, copy)


def test_changed_byte_is_refused(root: Path, tmp_path: Path, prefix: Path) -> None:
    file, copy = tmp_path / "gazebo.tar", tmp_path / "cache/gazebo-key"
    archive(root, "export", prefix, file)
    with tarfile.open(file) as tar:
        payload = tar.getmember("gazebo.tar.gz")
    data = bytearray(file.read_bytes())
    data[payload.offset_data + payload.size // 2] ^= 1
    file.write_bytes(data)
    assert_refused(archive(root, "import", file, copy), file, copy)


def test_other_file_is_refused(root: Path, tmp_path: Path) -> None:
    file, copy = tmp_path / "notes.txt", tmp_path / "cache/gazebo-key"
    file.write_text("nothing of the kind")
    assert_refused(archive(root, "import", file, copy), file, copy)
