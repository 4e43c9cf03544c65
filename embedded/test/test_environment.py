"""The environment that commands run in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "/new"), ("/a:/b", "/new:/a:/b"), ("/a:/new:/b", "/new:/a:/b"), ("/new", "/new")],
)
def test_prepending_puts_a_folder_first_and_once(run_part, before: str, after: str) -> None:
    done = run_part("environment", f"FOLDERS={before}; prepend FOLDERS /new; echo $FOLDERS")
    assert done.stdout.strip() == after


@pytest.mark.integration
def test_command_takes_the_place_of_ws(root: Path) -> None:
    """ws ends in exec: the process that was started is the command itself, so that signals reach it."""
    ws = subprocess.Popen(
        [
            root / "ws",
            "shell",
            "-c",
            "echo $$; python -c 'import rclpy, object_tracker_msgs.srv' && echo imported",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    output, _ = ws.communicate(timeout=120)
    assert output.split() == [str(ws.pid), "imported"]


@pytest.mark.integration
def test_up_to_date_workspace_is_not_prepared_again(root: Path) -> None:
    done = subprocess.run(
        [root / "ws", "setup"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "ws: everything is ready\n")
