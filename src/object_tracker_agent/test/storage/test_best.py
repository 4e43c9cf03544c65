"""The best by evaluation: which one it is, where it is kept, how it is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from s3_server import BUCKET, S3Server

from object_tracker_agent.checkpoints import CheckpointError, resolve_checkpoint
from object_tracker_agent.runs import Run, prepare_run
from object_tracker_agent.storage import S3Prefix, StorageError
from object_tracker_agent.storage.best import Candidate, is_better
from object_tracker_agent.storage.pointer import Pointer
from object_tracker_agent.storage.run import uploading

URI = f"s3://{BUCKET}/tracker/one"


@pytest.fixture
def run(tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return prepare_run(tmp_path / "runs" / "run", "approach")


def evaluated(successes: int, trials: int) -> Pointer:
    return Pointer("a" * 16, 1, 1, "approach", "b" * 64, successes, trials)


@pytest.mark.parametrize(
    ("new", "old", "better"),
    [
        ((18, 20), (17, 20), True),
        ((17, 20), (18, 20), False),
        ((18, 20), (18, 20), True),  # ties: the newer
        ((1, 1), (19, 20), False),  # one lucky trial
        ((19, 20), (1, 1), True),
        ((97, 100), (20, 20), True),
        ((0, 20), (0, 20), True),
    ],
)
def test_which_one_is_better(new: tuple[int, int], old: tuple[int, int], better: bool) -> None:
    assert is_better(evaluated(*new), evaluated(*old)) is better


def test_the_best_outlives_the_trainings_tidying(
    run: Run, make_checkpoint, prefix: S3Prefix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.checkpoints.save(make_checkpoint(1))
    with pytest.raises(CheckpointError, match="has been evaluated yet; evaluate one first"):
        resolve_checkpoint(run.folder / "best")
    with uploading(run, URI, 1, False) as offer:
        offer(run.checkpoints.save(make_checkpoint(2)))
    with pytest.raises(StorageError, match="has no best checkpoint; evaluate"):
        resolve_checkpoint(f"{URI}/best")

    first = Candidate.of(resolve_checkpoint(run.folder))
    for path in run.checkpoints.paths():
        shutil.rmtree(path)  # as a training under way may
    said = first.record(19, 20)
    assert said == [
        f"the best so far of run {run.folder}: checkpoint:={run.folder}/best",
        f"the best so far of {URI}: checkpoint:={URI}/best",
    ]
    with uploading(run, URI, 1, False) as offer:
        offer(run.checkpoints.save(make_checkpoint(3)))
    worse = Candidate.of(resolve_checkpoint(URI), URI)
    assert worse.record(12, 20) == []

    assert resolve_checkpoint(URI).name == "000003"
    assert resolve_checkpoint(f"{URI}/best").name == "000002"
    assert resolve_checkpoint(run.folder / "best") == run.folder / "best" / "000002"
    monkeypatch.chdir(tmp_path)
    assert resolve_checkpoint("best") == run.folder / "best" / "000002"
    assert resolve_checkpoint("latest") == run.folder / "checkpoints" / "000003"

    better = Candidate.of(resolve_checkpoint(run.folder))
    assert len(better.record(20, 20)) == 2
    assert resolve_checkpoint(f"{URI}/best").name == "000003"
    assert resolve_checkpoint("best").name == "000003"
    assert [path.name for path in (run.folder / "best").iterdir() if path.is_dir()] == ["000003"]
    assert {key.split("/")[2][:6] for key in prefix.keys("model/best")} == {"000003"}


def test_a_damaged_best_is_refused(run: Run, make_checkpoint) -> None:
    Candidate.of(run.checkpoints.save(make_checkpoint(1))).record(1, 2)
    (run.folder / "best" / "best.json").write_text('{"format": 1, "update": "../../etc"}')
    with pytest.raises(CheckpointError, match=r"best\.json is damaged"):
        resolve_checkpoint(run.folder / "best")
