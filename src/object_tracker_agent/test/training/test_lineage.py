"""lineage.jsonl goes on where its checkpoint is, and the oldest kept fragments go first."""

from __future__ import annotations

from pathlib import Path

from object_tracker_agent.training.kept import KeptFragments
from object_tracker_agent.training.lineage import LineageFile, read_lineage

USED = {"used": {"0/1": [[0, 3]]}}


def test_a_line_whose_checkpoint_was_never_written_goes(tmp_path: Path) -> None:
    path = tmp_path / "lineage.jsonl"
    file = LineageFile(path, 0, {})
    for update in (1, 2, 3):
        file.add(update, USED)
    LineageFile(path, 2, {}).add(3, {})
    assert read_lineage(path) == [
        {"update": 0, "account": {}},
        {"update": 1, **USED},
        {"update": 2, **USED},
        {"update": 3},
    ]


def test_a_file_that_does_not_lead_to_the_checkpoint_begins_anew(tmp_path: Path) -> None:
    path, account = tmp_path / "lineage.jsonl", {"0/1": {"made": 9, "used": 8}}
    LineageFile(path, 0, {}).add(1, USED)
    with path.open("a") as file:
        file.write("nonsense\n")
    LineageFile(path, 7, account).add(8, USED)
    assert read_lineage(path) == [{"update": 7, "account": account}, {"update": 8, **USED}]


def test_what_is_kept_is_bounded() -> None:
    kept = KeptFragments(most_bytes=10)
    kept.add([b"aaaa", b"bbbb"])
    assert kept.since(0) == [b"aaaa", b"bbbb"]
    assert kept.since(1) == [b"bbbb"]
    kept.add([b"cccc"])
    assert kept.since(0) == [b"bbbb", b"cccc"]
    kept.add([b"x" * 20])  # a round is never cut: what is new has to be sent
    assert kept.since(3) == [b"x" * 20]
    kept.forget(3)
    assert (kept.since(0), kept.made) == ([b"x" * 20], 4)
    kept.forget(4)
    assert kept.since(0) == []
