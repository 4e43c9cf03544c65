"""Steps in the background: reported, stopped together, gone when ws goes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

PARTS = "settings output failures jobs"


def start(name: str, command: str) -> str:
    return f"step_total=2; start_job {name} 'step {name}' apt_progress bash -c '{command}'\n"


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_steps_are_counted_and_logged(run_part, tmp_path: Path) -> None:
    done = run_part(
        PARTS, start("one", "echo hello; exit 0") + start("two", "true") + "wait_for_jobs", tmp_path
    )
    assert done.returncode == 0
    assert "[1/2] step one: done" in done.stderr
    assert "[2/2] step two: done" in done.stderr
    assert (tmp_path / "log/setup/one.log").read_text() == "hello\n"


def test_failure_stops_the_others_and_names_the_log(run_part, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    slow, bad = f"echo $$ >{file}; exec sleep 60", "sleep 1; echo oops; exit 3"
    done = run_part(PARTS, start("slow", slow) + start("bad", bad) + "wait_for_jobs", tmp_path)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ws: error: step bad: ended with status 3")
    assert last.endswith(str(tmp_path / "log/setup/bad.log"))
    assert "    oops" in done.stderr
    assert not alive(int(file.read_text()))


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_nothing_is_left_when_ws_is_stopped(
    root: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    file = tmp_path / "pids"
    # the second process is a child of the first, guarded as in the scripts that ws starts
    child = f'guarded bash -c "echo \\$\\$ >>{file}; exec sleep 60"'
    job = f"source {root}/embedded/guard.sh; echo $$ >>{file}; {child}; true"
    load = "".join(f"source {root}/embedded/setup/{part}.sh\n" for part in PARTS.split())
    code = f"set -euo pipefail; root={tmp_path}\n{load}{start('slow', job)}wait_for_jobs"
    # as from a terminal: a shell started in the background of another has SIGINT ignored from birth
    ws = subprocess.Popen(
        ["bash", "-c", code],
        env={**os.environ, "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert wait_until(lambda: file.exists() and len(file.read_text().split()) == 2)
        pids = [int(pid) for pid in file.read_text().split()]
        assert all(alive(pid) for pid in pids)
        ws.send_signal(number)
        assert ws.wait(timeout=10) == status
        assert wait_until(lambda: not any(alive(pid) for pid in pids))
    finally:
        ws.kill()
        ws.wait()
        assert ws.stderr is not None
        ws.stderr.close()
