"""Ways to run `ws` and its parts in a small environment of their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root() -> Path:
    """The clone."""
    return ROOT


@pytest.fixture
def bare_environment(tmp_path: Path) -> dict[str, str]:
    """An environment as on a machine where nothing is prepared: no ROS, an empty cache."""
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": os.defpath, "HOME": str(home), "XDG_CACHE_HOME": str(tmp_path / "cache")}


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run_ws(bare_environment: dict[str, str]) -> Run:
    """Runs `ws` with the given arguments, and variables on top of the bare environment."""

    def run(*arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return _run([str(ROOT / "ws"), *arguments], bare_environment | dict(variables or {}))

    return run


@pytest.fixture
def run_part(bare_environment: dict[str, str]) -> Run:
    """Runs bash code with the named files of embedded/setup loaded."""

    def run(parts: str, code: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
        load = "".join(f"source {ROOT}/embedded/setup/{part}.sh\n" for part in parts.split())
        return _run(["bash", "-euo", "pipefail", "-c", f"root={root}\n{load}{code}"], bare_environment)

    return run


def _run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
