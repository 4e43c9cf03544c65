"""The command on the real thing: redis-server, trainer and synthetic workers, for a moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

TINY = """
name: tiny
description: Small enough for a test.
actions: [{linear: 0.2, angular: 0.0}, {linear: 0.1, angular: 0.6}]
observation: {height: 30, width: 40, channels: 1, stack: 1, camera_height: 60, camera_width: 80}
algorithm: {batch_size: 32, epochs: 1, steps_per_update: 64, fragment_steps: 16}
network: {convolutions: [[4, 8, 4]], dense: 8}
training: {total_steps: 128, arenas: 2}
"""


def started(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """Start the command in a folder that is its folder for temporary files, too."""
    (folder / "t").mkdir()
    (folder / "tiny.yaml").write_text(TINY)
    return subprocess.Popen(
        [sys.executable, "-m", "object_tracker_agent.load_test.main", "--preset", "tiny.yaml"]
        + [str(argument) for argument in arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "TMPDIR": str(folder / "t"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )


def processes(folder: Path) -> list[str]:
    """Return the command lines that name something in the folder."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return [line for line in lines if str(folder / "t") in line]


def test_measures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = started(tmp_path, "--workers", 3, "--seconds", 1, "--json", tmp_path / "figures.json")
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    report = json.loads((tmp_path / "figures.json").read_text())
    assert [result["workers"] for result in report["results"]] == [3]
    for result in report["results"]:
        for what in ("ingest", "training"):
            one = result[what]
            assert result[f"{what}_steps_per_s"] == one["steps_per_s"] > 0
            assert one["updates"] >= 3
            assert 0 < one["latency_s"]["median"] <= one["latency_s"]["p95"]
            assert min(one["memory_mb"][part] for part in ("trainer", "redis", "workers")) > 1
            assert one["saturates_first"]
        assert result["ingest"]["trainer_time"]["checkpoint"] < 0.05  # persistence is off
        assert result["training"]["trainer_time"]["checkpoint"] > 0
        assert result["training"]["policy_lag"] <= 1  # the preset's limit, kept by the workers themselves
    assert "saturates first" in output
    assert processes(tmp_path) == []
    assert list((tmp_path / "t").glob("object_tracker.*")) == []


def test_ctrl_c_ends_all(tmp_path: Path) -> None:
    process, end = started(tmp_path, "--workers", "2"), time.monotonic() + 60
    while not any("workers_program" in line for line in processes(tmp_path)):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert processes(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "x"], "--workers must be numbers from 1 to 1024"),
        (["--json", "/no/such/file"], "--json: cannot write /no/such/file"),
        (["--preset", "nothing"], "nothing"),
    ],
)
def test_refusals_are_one_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    process = started(tmp_path, *arguments)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    (line,) = errors.strip().splitlines()
    assert line.startswith("error: ")
    assert message in line
