"""What every benchmark's report has, and how it is written."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

from object_tracker_agent.errors import UserError


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    model = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for text in lines:
        if text.startswith("model name"):
            model = text.partition(":")[2].strip()
            break
    return {"processor": model, "cores": len(os.sched_getaffinity(0)), "system": platform.platform()}


def check_writable(path: Path) -> None:
    """Raise a `UserError` if no file can be written at `path`: before the minute that is spent on it."""
    existed = path.exists()
    try:
        path.open("a").close()
        if not existed:
            path.unlink()
    except OSError as error:
        raise UserError(f"--json: cannot write {path}: {error.strerror}") from None


def write(path: Path, report: dict[str, Any]) -> None:
    """Write `report` as JSON."""
    try:
        path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"--json: cannot write {path}: {error.strerror}") from None
