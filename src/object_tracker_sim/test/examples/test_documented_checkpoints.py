"""Commands in the documents name checkpoints that are there: what is shipped, or of the newest run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from object_tracker_agent.checkpoints import resolve_checkpoint

ROOT = Path(__file__).resolve().parents[4]
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("*.py")]
AFTER_A_TRAINING = ("latest", "best")
NAMED = [
    pytest.param(name, id=f"{path.name}-{name}")
    for path in DOCUMENTS
    for name in re.findall(r"(?:--checkpoint |checkpoint:=)([\w/.-]+)", path.read_text(encoding="utf-8"))
    if name not in AFTER_A_TRAINING and not name[0].isupper()  # RUN: of one's own
]


@pytest.mark.parametrize("name", NAMED)
def test_it_is_there_in_a_fresh_clone(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve_checkpoint(name).is_dir()
