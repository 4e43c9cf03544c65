"""The command on the real thing: a tiny training."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from object_tracker_agent.simulation.executables import find_executable

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

TINY = """
name: tiny
description: Small enough for a test.
task: {max_steps: 20}
actions: [{linear: 0.2, angular: 0.0}, {linear: 0.1, angular: 0.6}]
observation: {height: 30, width: 40, channels: 1, stack: 1, camera_height: 60, camera_width: 80}
algorithm: {batch_size: 32, epochs: 1, steps_per_update: 64, fragment_steps: 16}
network: {convolutions: [[4, 8, 4]], dense: 8}
training: {total_steps: 128, arenas: 2}
"""


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command in `folder`, which is its folder for temporary files, too."""
    (folder / "tiny.yaml").write_text(TINY)
    (folder / "t").mkdir()
    (folder / "empty").mkdir()
    process = subprocess.Popen(
        [find_executable("object_tracker_agent", "benchmark"), "--preset", "../tiny.yaml", *arguments],
        cwd=folder / "empty",
        env={**os.environ, "TMPDIR": str(folder / "t")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def left_in(folder: Path) -> list[str]:
    """Return what a run has left: files, and processes that were told to keep their files here."""
    mark = f"TMPDIR={folder / 't'}".encode()
    entries = [path for name in ("t", "empty") for path in (folder / name).iterdir()]
    found = [str(path) for path in entries if not path.name.startswith("torchinductor_")]  # torch's own cache
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


def test_figures(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    with started(tmp_path, "--updates", "3", "--json", str(file)) as process:
        shown, said = process.communicate(timeout=200)
        assert process.returncode == 0, said
    assert left_in(tmp_path) == []
    report = json.loads(file.read_text())
    assert (report["preset"], report["arenas"], report["updates"]) == ("tiny", 2, 3)
    assert report["env_steps_per_s"] > 0
    assert report["raw_steps_per_s"] > 0
    assert 0 < report["ratio"] < 1.5
    assert set(report["parts"]) == {"worker", "trainer"}
    for parts in report["parts"].values():
        assert sum(parts.values()) == pytest.approx(1)
        assert all(0 <= part <= 1 for part in parts.values())
    assert report["parts"]["worker"]["simulation"] > 0.1
    assert f"training loop {report['env_steps_per_s']:.0f} env-steps/s" in shown
    assert "part 3 of 3: 1 update of 64 steps" in said


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    with started(tmp_path, "--updates", "10000") as process:
        assert process.stderr is not None
        while "part 1 of 4" not in (line := process.stderr.readline()):
            assert line, "ended by itself"
        process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)  # impatience does no harm
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
    assert left_in(tmp_path) == []
